"""What does a class type to sign in, and which of the things that children type do we take for it?

A word and five digits: a child reads it from the board and types it on any keyboard, and twelve million of them are too
many to try out (wrong ones are counted, actions/classroom.py).
"""

import unicodedata

DIGITS = 5
WORDS = (
    "ACORN", "APPLE", "BADGER", "BAKER", "BAMBOO", "BARN", "BEACH", "BEAR", "BERRY", "BIRD", "BLUE", "BOAT", "BREAD",
    "BRIDGE", "BROOK", "BUTTON", "CAKE", "CAMEL", "CANDLE", "CASTLE", "CEDAR", "CHALK", "CHERRY", "CIRCUS", "CLOUD",
    "CLOVER", "COMET", "CORAL", "COTTON", "CROWN", "DAISY", "DELTA", "DESERT", "DOLPHIN", "DONKEY", "DRAGON", "DRUM",
    "EAGLE", "ECHO", "EMBER", "FALCON", "FARM", "FERN", "FIELD", "FLUTE", "FOREST", "FOX", "GARDEN", "GLOBE", "GOOSE",
    "GRAPE", "GREEN", "HARBOR", "HAZEL", "HEDGE", "HILL", "HONEY", "ISLAND", "IVORY", "JACKET", "JUNGLE", "KETTLE",
    "KITE", "KOALA", "LAGOON", "LAMP", "LEMON", "LILY", "LION", "MANGO", "MAPLE", "MARBLE", "MEADOW", "MELON", "MIRROR",
    "MOON", "MOSAIC", "NUTMEG", "OASIS", "OCEAN", "OLIVE", "ORANGE", "OTTER", "OWL", "PANDA", "PAPER", "PARROT",
    "PEACH", "PEPPER", "PIANO", "PILOT", "PLANET", "PLUM", "POCKET", "PUPPET", "RABBIT", "RAINBOW", "RIVER", "ROBIN",
    "ROCKET", "SADDLE", "SAIL", "SALAD", "SHELL", "SILVER", "SPRING", "STAR", "STONE", "SUMMER", "SUN", "TEAPOT",
    "TIGER", "TRAIN", "TULIP", "TURTLE", "VALLEY", "VELVET", "VIOLIN", "WALNUT", "WHALE", "WINDOW", "WINTER", "YELLOW",
    "ZEBRA",
)  # fmt: skip


def made(word: int, number: int) -> str:
    """The code for two drawn numbers: `KITE-48173`."""
    return f"{WORDS[word % len(WORDS)]}-{number % 10**DIGITS:0{DIGITS}}"


def plain(typed: str) -> str:
    """What was typed, without what does not matter: capitals, spaces, hyphens, whose digits."""
    kept = (_letter(one) for one in unicodedata.normalize("NFKC", typed[:80]))
    return "".join(kept).upper()


def _letter(one: str) -> str:
    digit = unicodedata.decimal(one, None)
    return str(digit) if digit is not None else one if one.isalpha() else ""
