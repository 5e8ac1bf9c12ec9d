"""Names in every character set, declared or not: they never fail a load."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake.charset import decode_text


@pytest.mark.parametrize(
    ("raw", "declared", "expected"),
    [
        ("Müller^Jürgen".encode("latin-1"), ("ISO_IR 100",), "Müller^Jürgen"),
        ("Müller^Jürgen".encode(), ("ISO_IR 192",), "Müller^Jürgen"),
        ("王^小东".encode("gb18030"), ("GB18030",), "王^小东"),
        ("王小东".encode("gbk"), (), "王小东"),  # undeclared
        ("王小东".encode("gbk"), ("ISO_IR 100",), "王小东"),  # declared as Latin-1 by mistake
        ("肝胆期".encode(), (), "肝胆期"),  # UTF-8, undeclared
        ("Müller".encode("latin-1"), (), "Müller"),
        (b"\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", ("", "ISO 2022 IR 87"), "山田^太郎"),
        (b"Zhang=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab", ("", "ISO 2022 IR 58"), "Zhang=张^小东"),
        ("张^小东".encode("gb2312"), ("", "ISO 2022 IR 58"), "张^小东"),  # the escape forgotten
        (b"\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", ("", "ISO 2022 IR 149"), "洪^吉洞"),
        (b"\x1b$)C\xfb\xf3", (), "洪"),  # the escape says it, nothing declares it
        (b"\x1b$B;3ED\x1b(B", (), "山田"),
        ("ﾔﾏﾀﾞ".encode("shift_jis"), ("ISO_IR 13",), "ヤマダ"),
        ("Иванов".encode("iso8859-5"), ("ISO_IR 144",), "Иванов"),
        (b"plain  text \0", ("NO SUCH SET",), "plain text"),
        ("Müller".encode("latin-1"), ("NO SUCH SET",), "Müller"),
        ("ＡＤＣ".encode(), ("ISO_IR 192",), "ADC"),  # full-width letters
    ],
)
def test_names(raw, declared, expected):
    assert decode_text(raw, declared) == expected


@given(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(
            ["", "ISO_IR 100", "ISO_IR 192", "GB18030", "ISO 2022 IR 87", "ISO 2022 IR 58", "ISO_IR 13", "x"]
        ),
        max_size=3,
    ),
)
def test_no_bytes_ever_fail(raw, declared):
    assert isinstance(decode_text(raw, tuple(declared)), str)
