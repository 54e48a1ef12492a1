"""Which platforms do people write on, and how do they ask to be found there, in six languages?"""

# Names that mean nothing else, with usual misspellings; a name of two words is written with a space.
PLATFORMS = (
    *("whatsapp", "whats app", "whatsap", "whatapp", "whatsup app", "watsapp", "wattsapp", "wapp", "واتساب", "واتس اب", "واتس"),
    *("insta", "instagram", "instagramm", "instgram", "insta gram", "ig", "انستغرام", "انستقرام", "انستا"),
    *("snapchat", "snap chat", "snapchad", "snp", "سناب", "سناب شات"),
    *("tiktok", "tik tok", "tictoc", "tick tock", "تيك توك"),
    *("telegram", "telegramm", "tele gram", "تلغرام", "تيليجرام", "تليجرام"),
    *("discord", "discrod", "dizcord", "disc0rd", "ديسكورد", "roblox", "robloks", "fortnite", "minecraft realm", "روبلوكس"),
    *("facebook", "face book", "fesbuk", "fejsbuk", "fb", "فيسبوك", "فيس بوك", "messenger", "ماسنجر"),
    *("skype", "skajp", "viber", "سكايب", "فايبر", "wechat", "we chat", "kik", "bereal", "be real", "twitch", "omegle"),
    *("youtube", "you tube", "steam", "xbox live", "psn", "gadu gadu", "facetime", "imessage", "threema", "hyves"),
)
# Ordinary words too: they need somebody asking to be written to in the same breath.
ORDINARY = ("snap", "signal", "line", "threads", "twitter", "zoom", "teams", "switch", "playstation", "nk")

# Asking to be found; beside a platform this makes a finding.
ASKING = (
    *("add me", "find me", "follow me", "message me", "dm me", "text me", "write to me on", "write me on", "search for me"),
    *("look me up", "my name is", "my user*", "my handle", "my nick*", "my account", "i am on", "i m on", "im on", "my id"),
    *("are you on", "do you have", "have you got", "chat on", "talk on", "hit me up", "my name there", "my name on", "called", "under"),
    *("lets chat", "let s chat", "let s talk", "let us talk", "let us write", "call me on", "write on", "contact me", "reach me"),
    *("füg mich", "add mich", "adde mich", "folge mir", "folg mir", "finde mich", "du findest mich", "schreib mir", "such mich"),
    *("ich heiße", "ich heisse", "mein name", "mein nutzername", "mein benutzername", "mein profil", "mein account", "hast du"),
    *("bist du", "ich bin bei", "ich bin auf", "lass uns", "heiß ich", "heiße ich", "heisse ich", "unter dem namen", "hinzufügen"),
    *("ajoute moi", "ajoutez moi", "trouve moi", "cherche moi", "suis moi", "suivez moi", "écris moi", "retrouve moi", "mon pseudo"),
    *("mon compte", "je suis sur", "tu es sur", "mon nom", "je m appelle", "contacte moi", "parlons sur", "as tu", "tu as", "on se parle"),
    *("voeg me", "voeg mij", "volg me", "volg mij", "zoek me", "zoek mij", "vind me", "app me", "stuur me", "mijn naam", "mijn account"),
    *("heb je", "zit je op", "ik zit op", "ik heet", "je vindt me", "mijn gebruikersnaam", "schrijf me", "laten we", "toevoegen"),
    *("dodaj mnie", "znajdź mnie", "obserwuj mnie", "napisz do mnie", "napisz na", "mój nick", "mój profil", "moje konto", "masz"),
    *("jestem na", "szukaj mnie", "mam konto", "nazywam się", "moja nazwa", "pogadajmy", "popiszmy", "zaproś mnie", "piszmy na"),
    *("أضفني", "ضيفني", "ضيفيني", "أضيفيني", "تابعني", "تابعيني", "اسمي", "حسابي", "راسلني", "راسليني", "ابحث عني", "تجدني", "هل عندك"),
    *("كلمني", "تواصل معي", "اكتب لي", "لنتحدث", "عندك", "معرفي"),
)
# Asking somewhere else than here; a finding by itself.
ALONE = (
    *("add me on", "add me as", "find me on", "follow me on", "dm me", "my username is", "my user name is", "my handle is", "my gamertag*"),
    *("füg mich hinzu", "folge mir auf", "finde mich auf", "mein nutzername", "mein benutzername", "adde mich"),
    *("ajoute moi sur", "ajoute moi", "suis moi sur", "trouve moi sur", "mon pseudo", "mon identifiant"),
    *("voeg me toe", "voeg mij toe", "volg me op", "volg mij op", "zoek me op", "mijn gebruikersnaam"),
    *("dodaj mnie", "obserwuj mnie", "znajdź mnie na", "mój nick", "moja nazwa użytkownika"),
    *("أضفني على", "ضيفني على", "ضيفني", "تابعني على", "اسم المستخدم", "حسابي على"),
)
