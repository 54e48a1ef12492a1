"""How do people write @ and the dot in words, and which providers do they name?"""

AT = frozenset(
    "at arobase arrobase arobas arrobas apenstaart apenstaartje malpa klammeraffe klammeraff affenschwanz ad aet att "
    "atsign اٹ ات آت".split()
)
DOT = frozenset("dot punkt pkt point pt kropka punt stip نقطه دوت".split())
PROVIDERS = frozenset(
    "gmail gmai1 gmial gmal googlemail hotmail outlook yahoo ymail gmx icloud proton protonmail orange laposte wanadoo "
    "ziggo kpnmail onet interia aol msn tonline freenet posteo btinternet hetnet planet sfr rocketmail tutanota "
    "جيميل جيمايل هوتميل ياهو".split()
)
ENDINGS = frozenset(
    "com net org info biz de fr nl pl uk co eu be at ch ie it es ps il us io me tv app dev online site xyz club shop "
    "blog link page live chat edu gov ac email mail cloud ly gg كوم نت".split()
)
# Words that stand before "at" without being anybody's name in an address: look at, meet us at …
NOT_NAMES = frozenset(
    "look looked see find found us me it them him her you is are was were be been page website site online more visit "
    "information info available pictures photos photo read shop buy tickets ticket here there out up stay book booked "
    "the a an and good staring pointing meet met work worked works i he she they we who not all only still".split()
)
# Words that announce an address at a provider: my gmail is …
BETWEEN = frozenset("is ist est jest heisst lautet هو".split())
