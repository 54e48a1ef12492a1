"""Which letters stand for which other letters when a word is compared?"""

# Lower case and without accents already. Cyrillic and Greek letters that look Latin; letters that keep their stroke in
# NFD; Arabic letters that are often written for each other.
LETTERS: dict[str, str] = {
    **dict(zip("авсеһіјкмнорԛѕтухуԝԁӏ", "abcehijkmhopqstyxywdl", strict=True)),
    **dict(zip("αβεικνορτυχω", "abeiknoptuxw", strict=True)),
    **dict(zip("łøđħŧıɑɡɩʟᴏ", "lodhtiagilo", strict=True)),
    "ة": "ه",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ٱ": "ا",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "·": ".",
    "•": ".",
    "∙": ".",
    "⋅": ".",
}
