"""Areas that count patients: Obuchowski's variance from R loops, and the limits where it must become DeLong's."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.statistics.test_roc import A, B, Y
from training.statistics.clustered import clustered_auc_interval, clustered_auc_test, clustered_variance
from training.statistics.roc import auc_interval, delong_test, delong_variance

# R 4.2.2, Obuchowski (1997) by its definition, with y, a, b as in test_roc:
#   id <- c(1,1,2,2,3,3,4,4, 5,5,5,6,6,7,7,8,8,1,2,9)
#   psi <- function(x,y) (x>y) + .5*(x==y);  k <- outer(a[y==1], a[y==0], psi);  A <- mean(k)
#   p <- sapply(unique(id), function(i) sum(rowMeans(k)[id[y==1]==i] - A))
#   q <- sapply(unique(id), function(i) sum(colMeans(k)[id[y==0]==i] - A))
#   M <- 8; N <- 12; I <- 9; I10 <- 4; I01 <- 7
#   I10/((I10-1)*M)*sum(p*p)/M + I01/((I01-1)*N)*sum(q*q)/N + 2*I/(I-1)*sum(p*q)/(M*N)
# and for the test the same with products of a's and b's sums.
PATIENTS = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 8, 8, 1, 2, 9]


def test_variance_and_test_equal_r() -> None:
    assert clustered_variance(Y, A, PATIENTS) == pytest.approx(0.0224070607880, abs=1e-12)
    assert clustered_variance(Y, B, PATIENTS) == pytest.approx(0.0146032262731, abs=1e-12)
    found = clustered_auc_test(Y, A, B, PATIENTS)
    assert (found.z, found.p) == pytest.approx((-0.175336689656, 0.860815084113), abs=1e-11)


def test_one_case_per_patient_is_delongs() -> None:
    alone = np.arange(20)
    assert clustered_variance(Y, A, alone) == pytest.approx(delong_variance(Y, A)[1], abs=1e-15)
    assert clustered_auc_interval(Y, A, alone) == auc_interval(Y, A)
    assert clustered_auc_test(Y, A, B, alone).p == pytest.approx(delong_test(Y, A, B).p, abs=1e-14)


def test_repeating_every_slice_teaches_nothing() -> None:
    # Five equal slices per patient: the naive interval shrinks by √5, the clustered one stays.
    truth, scores, patients = np.repeat(Y, 5), np.repeat(A, 5), np.repeat(np.arange(20), 5)
    assert clustered_variance(truth, scores, patients) == pytest.approx(delong_variance(Y, A)[1])
    naive = delong_variance(truth, scores)[1]
    assert naive < delong_variance(Y, A)[1] / 4.5


def test_degenerate_inputs() -> None:
    perfect = clustered_auc_interval([1, 1, 1, 0, 0], [5, 4, 3, 2, 1], ["p", "p", "q", "r", "s"])
    # Two patients with positives: 0.025^(1/2) from below.
    assert (perfect.value, perfect.low, perfect.high) == pytest.approx((1.0, 0.025**0.5, 1.0))
    single = clustered_auc_interval([1, 1, 0, 0], [1, 4, 3, 2], ["p", "p", "r", "s"])
    assert (single.low, single.high) == (0.0, 1.0)
    with pytest.raises(ValueError, match="one patient per case"):
        clustered_auc_interval([1, 0], [1, 0], ["p"])
    with pytest.raises(ValueError, match="two cases of each class"):
        clustered_auc_test([1, 1, 0, 0], [1, 4, 3, 2], [4, 1, 3, 2], ["p", "p", "r", "s"])


def test_slices_that_cancel_out_within_patients_are_no_difference() -> None:
    # The second scores swap the two slices of each patient: equal areas, and no variance by patient either.
    truth, patients = [1] * 6 + [0] * 4, list("aabbccdefg")
    first, second = [5, 1, 5, 1, 5, 1, 3, 3, 3, 3], [1, 5, 1, 5, 1, 5, 3, 3, 3, 3]
    found = clustered_auc_test(truth, first, second, patients)
    assert (found.difference, found.z, found.p) == (0.0, 0.0, 1.0)
    uneven = clustered_auc_test(truth, [5.1, 1, 5, 1.5, *first[4:]], [1, 5.1, 1.5, 5, *second[4:]], patients)
    assert uneven.p == 1.0
