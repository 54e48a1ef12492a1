"""Which words hurt or threaten, in six languages? Short lists, as a hint for a reader only."""

PHRASES = (
    *("fuck*", "motherfuck*", "bitch*", "cunt*", "asshole*", "arsehole*", "wanker*", "bastards", "you bastard", "whore*", "slut*", "nigger*", "faggot*"),
    *("retard", "retards", "you retard*", "paki", "pakis", "i will kill you", "i ll kill you", "i will hurt you", "go to hell", "shut up you"),
    *("you are stupid", "you are ugly", "you are disgusting", "you are an idiot", "i hate you", "you re stupid", "you re ugly", "kill yourself", "piece of shit"),
    *("fick dich", "ficken", "fotze*", "hurensohn*", "hure", "huren", "arschloch*", "wichser*", "schlampe*", "missgeburt*", "kanake*", "ich bring dich um"),
    *("ich bringe dich um", "ich mach dich fertig", "du bist dumm", "du bist hässlich", "du bist eklig", "ich hasse dich", "bring dich um", "du idiot"),
    *("drecksau", "scheißkerl", "scheisskerl", "halt die fresse", "halt's maul", "untermensch*", "judensau"),
    *("connard*", "connasse*", "salope*", "enculé*", "fils de pute", "putain de", "pute", "putes", "nique ta", "ta gueule", "va te faire", "bougnoul*"),
    *("je vais te tuer", "je te déteste", "tu es moche", "tu es stupide", "tu es bête", "t es moche", "t es con", "sale juif", "sale arabe", "sale pute", "pédé"),
    *("kankerlijer*", "kankerhoer", "klootzak*", "hoerenzoon", "kutwijf", "kut wijf", "hoer", "hoeren", "teringlijer", "mongool", "ik maak je dood"),
    *("ik vermoord je", "ik haat je", "je bent dom", "je bent lelijk", "rot op", "flikker op", "vuile jood", "kutmarokka*"),
    *("kurwa", "kurwy", "kurwo", "chuj*", "pierdol*", "spierdal*", "jebać", "jeban*", "skurwysyn*", "dziwka", "dziwko", "suko", "pedał", "pedały"),
    *("zabiję cię", "nienawidzę cię", "jesteś głupi*", "jesteś brzydk*", "zamknij się", "idiotko", "ty idioto", "ciapat*"),
    *("شرموطة", "شرموط", "عاهرة", "ابن الكلب", "يا كلب", "يا حمار", "كس امك", "كس أمك", "سأقتلك", "أكرهك", "أنت غبي", "أنت قبيح", "أنت غبية", "منيك", "خول"),
)
