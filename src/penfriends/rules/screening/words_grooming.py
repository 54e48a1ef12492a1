"""Which words together make an adult's reader look twice at a letter to a child, in six languages?

Each group is one sign and ordinary alone; see `grooming` for how many it takes.
"""

PHOTOS = (
    *("send me a photo", "send me a picture", "send me a pic", "send me pics", "send a photo of you*", "photo of yourself", "picture of yourself"),
    *("what are you wearing", "show me your body", "in your swimsuit", "in your bikini", "in your underwear", "selfie"),
    *("schick mir ein foto", "schick mir ein bild", "foto von dir", "bild von dir", "was hast du an", "im bikini", "im badeanzug", "in unterwäsche"),
    *("envoie moi une photo", "une photo de toi", "photo de toi", "que portes tu", "en maillot", "en sous vêtements"),
    *("stuur me een foto", "foto van jezelf", "foto van jou", "wat heb je aan", "in je bikini", "in je ondergoed"),
    *("wyślij mi zdjęcie", "wyślij zdjęcie", "swoje zdjęcie", "twoje zdjęcie", "co masz na sobie", "w bikini", "w bieliźnie"),
    *("أرسل لي صورة", "أرسلي لي صورة", "صورة لك", "صورتك", "ماذا ترتدين", "ماذا تلبسين", "ماذا تلبس"),
)
GIFTS = (
    *("i will buy you", "i ll buy you", "i can buy you", "i will give you money", "i will send you a present", "send you a gift", "a new phone for you"),
    *("ich kaufe dir", "kauf ich dir", "ich schenke dir", "ich schenk dir", "je t achèterai", "je vais t acheter", "je t offrirai"),
    *("ik koop voor je", "ik koop een", "ik geef je geld", "kupię ci", "dam ci pieniądze", "dam ci prezent", "سأشتري لك", "سأعطيك", "سأهديك"),
)
ALONE = (
    *("are you alone", "are you home alone", "when are your parents", "do your parents read", "do your parents check", "who reads your letters"),
    *("mature for your age", "so grown up", "your own phone", "have a boyfriend", "have a girlfriend", "ever been kissed", "are you a virgin"),
    *("bist du allein*", "wann sind deine eltern", "lesen deine eltern", "reif für dein alter", "hast du einen freund", "hast du schon … geküsst"),
    *("es tu seul*", "tu es seul*", "tes parents lisent", "mûr* pour ton âge", "as tu un petit ami", "tu as un copain", "tes parents sont là"),
    *("ben je alleen", "lezen je ouders", "volwassen voor je leeftijd", "heb je een vriendje", "wanneer zijn je ouders"),
    *("jesteś sam*", "czy rodzice czytają", "dojrzał* jak na", "masz chłopaka", "masz dziewczynę", "kiedy rodzice"),
    *("هل أنت وحدك", "أنت لوحدك", "هل يقرأ والداك", "ناضجة", "هل لديك صديق", "هل عندك حبيب"),
)
