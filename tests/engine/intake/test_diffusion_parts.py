"""Which b-values are one: scanners write 795, 800 and 805 for the same nominal value."""

from engine.intake.diffusion_parts import b_clusters


def test_b_clusters_follow_the_nominal_value():
    assert b_clusters([795, 800, 805]) == {795: 800, 800: 800, 805: 800}
    assert b_clusters([0, 5, 50]) == {0: 0, 5: 5, 50: 50}
    assert b_clusters([990, 1010]) == {990: 990, 1010: 990}
    assert b_clusters([400, 800]) == {400: 400, 800: 800}
