"""Texts that are too long, or try to be something else than text."""

LONG = "Anschlussfinanzierungsvereinbarungsprotokoll " * 12
WIDE = "WWWWWWWWWWMMMMMMMMMM" * 30
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "$x$ and \\frac{1}{2} and $$",
    "شركة عربية للتمويل",
    "\u202eright to left\u202c",
    "中国最高人民法院" * 6,
    "quotes \" ' & ]]> -->",
    "zero\x00and\x1bescape",
)
