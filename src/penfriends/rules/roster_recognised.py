"""Which words of a roster do we recognise, in the six languages? These are read, never shown.

Every list is folded (`roster_folding.fold`), so case, accents and punctuation do not matter.
"""

from collections.abc import Mapping
from typing import TypeVar

from penfriends.rules.matching import Level
from penfriends.rules.roster_folding import folded
from penfriends.rules.roster_values import Column, Consent

_T = TypeVar("_T")


def _folded(lists: Mapping[_T, str]) -> dict[str, _T]:
    """From each word to what it means."""
    return {word: meaning for meaning, words in lists.items() for word in folded(words)}


# “Name” beside “Vorname”, and “Nom” beside “Prénom”, are surnames: `roster_columns` sees to that.
HEADINGS: dict[str, Column] = _folded(
    {
        Column.NAME: """name; names; pupil; student; child; full name; pupil name; name of pupil; student name;
            pupils; students; first name and surname; first name surname; first name and initial; name and
            surname; first name last name; first name and last name; schüler; schülerin; schüler in;
            schülerinnen und schüler; kind; vor und nachname; vorname und name; vorname nachname; vorname name;
            vorname und nachname; name des kindes; élève; élèves; nom; noms; prénom nom; prénom et nom; prénom
            et initiale; enfant; naam; namen; leerling; leerlingen; volledige naam; voornaam achternaam;
            voornaam en achternaam; kind naam; uczeń; uczennica; uczniowie; imię i nazwisko; imię nazwisko;
            imiona i nazwiska; dziecko; الاسم; اسم; اسم الطالب; اسم الطالبة; الطالب; الطالبة; التلميذ; التلميذة;
            اسم التلميذ; الاسم الكامل; الاسم الثلاثي; الاسم الرباعي; الأسماء""",
        Column.SURNAME_FIRST: """surname first name; surname and first name; last name first name; surname name;
            nachname vorname; name vorname; name und vorname; familienname vorname; zuname vorname; nachname und
            vorname; nom prénom; nom et prénom; nom et prénoms; noms et prénoms; nom de famille prénom;
            achternaam voornaam; naam voornaam; naam en voornaam; achternaam en voornaam; nazwisko i imię;
            nazwisko imię; nazwiska i imiona; nazwisko i imiona; اسم العائلة والاسم""",
        Column.FIRST_NAME: """first name; firstname; first names; given name; given names; forename; forenames;
            christian name; call name; known as; preferred name; vorname; vornamen; rufname; prénom; prénoms;
            prénom usuel; voornaam; voornamen; roepnaam; imię; imiona; pierwsze imię; الاسم الأول; الاسم الشخصي;
            اسم أول""",
        Column.SURNAME: """surname; last name; lastname; family name; second name; initial; surname initial;
            initial of surname; last initial; nachname; familienname; zuname; initiale; anfangsbuchstabe;
            initiale nachname; nom de famille; initiale du nom; achternaam; familienaam; voorletter;
            beginletter; initiaal; nazwisko; inicjał; inicjał nazwiska; pierwsza litera nazwiska; اسم العائلة;
            العائلة; اللقب; الكنية; الحرف الأول""",
        Column.BIRTH: """birth date; birthdate; date of birth; dob; d o b; birthday; born; born on; birth;
            geburtsdatum; geburtstag; geboren; geboren am; geb; geb dat; geb datum; gebdatum; date de naissance;
            né le; née le; né e le; né; naissance; anniversaire; ddn; geboortedatum; verjaardag; geboren op;
            gebdat; data urodzenia; data ur; urodzony; urodzona; ur; urodziny; dzień urodzenia; تاريخ الميلاد;
            تاريخ الولادة; الميلاد; يوم الميلاد; تاريخ ميلاد; المواليد; ولد في""",
        Column.LANGUAGES: """language; languages; speaks; writes in; languages spoken; sprache; sprachen;
            spricht; schreibt auf; sprachkenntnisse; langue; langues; parle; langues parlées; écrit en; taal;
            talen; spreekt; schrijft in; język; języki; mówi; pisze po; znajomość języków; اللغة; اللغات; لغة;
            لغات; يتكلم; لغات الكتابة""",
        Column.INTERESTS: """interest; interests; likes; hobby; hobbies; hobbys; interesse; interessen; mag;
            vorlieben; freizeit; intérêt; intérêts; centres d’intérêt; centre d’intérêt; centres d intérêts;
            aime; loisirs; passions; interesses; houdt van; vindt leuk; zainteresowania; zainteresowanie; lubi;
            hobby i zainteresowania; الاهتمامات; اهتمامات; الهوايات; هوايات; الهواية; يحب""",
        Column.CONSENT: """consent; consents; parental consent; parents agree; permission; consent form; parent
            consent; einverständnis; einwilligung; zustimmung; einverständniserklärung; elterneinverständnis;
            einwilligung der eltern; erlaubnis; consentement; accord; accord parental; accord des parents;
            autorisation; autorisation parentale; consentement des parents; toestemming; akkoord; toestemming
            ouders; toestemming van ouders; zgoda; zgoda rodziców; zgoda rodzica; zgody; الموافقة; موافقة;
            موافقة الأهل; موافقة ولي الأمر; موافقة الوالدين; إذن""",
        Column.VOLUNTEER: """volunteer; volunteers; volunteer for two; two partners; two pen friends; would take
            two; wants two; extra partner; takes two; second partner; freiwillig; zwei partner; zwei
            brieffreunde; nimmt zwei; würde zwei nehmen; zweiter partner; zwei; volontaire; deux correspondants;
            deux partenaires; prend deux; volontaire pour deux; vrijwillig; vrijwilliger; twee partners; twee
            penvrienden; wil er twee; neemt er twee; ochotnik; ochotniczka; dwoje; dwie osoby; dwóch partnerów;
            dwoje partnerów; chce dwoje; متطوع; متطوعة; صديقان; شريكان; يقبل اثنين; يريد اثنين""",
    }
)

CONSENTS: dict[str, Consent] = _folded(
    {
        Consent.FORM: """form; online; online form; web; digital; formular; online formular; onlineformular;
            formulaire; en ligne; formulaire en ligne; numérique; formulier; digitaal; online formulier;
            formularz; przez internet; formularz online; elektronicznie; نموذج; استمارة; إلكتروني; إلكترونية;
            عبر الإنترنت""",
        Consent.PAPER: """paper; on paper; signed; paper form; papier; auf papier; schriftlich; unterschrieben;
            zettel; sur papier; signé; signée; op papier; ondertekend; getekend; papierowa; papierowy; na
            papierze; podpisana; podpisane; pisemna; ورق; ورقة; ورقي; ورقية; على ورق; موقعة; خطية""",
        Consent.NONE: """none; no; not yet; missing; no consent; open; nothing; keine; kein; nein; fehlt; noch
            nicht; nicht; offen; aucun; aucune; non; pas encore; manque; manquant; geen; nee; nog niet;
            ontbreekt; brak; nie; jeszcze nie; nie ma; لا; لا يوجد; لا توجد; ليس بعد; بعد لا; غير موجود; غير
            موجودة; بدون""",
    }
)

TRUTHS: dict[str, bool] = _folded(
    {
        True: """yes; y; x; 1; true; ok; ja; j; wahr; oui; o; vrai; waar; tak; t; prawda; نعم; ن; أجل; صح""",
        False: """no; n; 0; false; nein; falsch; non; faux; nee; onwaar; nie; fałsz; لا; كلا; خطأ""",
    }
)
# Ticks and crosses are no words, so folding leaves nothing of them.
TICKS: dict[str, bool] = dict.fromkeys("✓✔☑🗸√+", True) | dict.fromkeys("✗✘☐-–—", False)

LEVELS: dict[str, Level] = _folded(
    {
        Level.FIRST: """first; c1; c2; native; native speaker; mother tongue; first language; own; fluent; at
            home; muttersprache; erstsprache; muttersprachlich; fließend; zu hause; langue maternelle;
            maternelle; couramment; à la maison; moedertaal; eerste taal; vloeiend; thuis; ojczysty; język
            ojczysty; pierwszy; biegle; w domu; اللغة الأم; لغة أم; الأولى; بطلاقة; في البيت""",
        Level.WELL: """well; good; b1; b2; very good; gut; sehr gut; bien; bon; très bien; goed; heel goed;
            dobrze; dobry; bardzo dobrze; جيد; جيدا; جيدة; جيد جدا""",
        Level.LITTLE: """little; a little; some; a1; a2; beginner; basic; learning; wenig; ein wenig; etwas; ein
            bisschen; anfänger; grundkenntnisse; lernt; peu; un peu; débutant; notions; apprend; beetje; een
            beetje; weinig; leert; trochę; słabo; mało; początkujący; uczy się; قليل; قليلا; مبتدئ; يتعلم""",
    }
)

MONTHS: dict[str, int] = _folded(
    {
        1: "january; jan; januar; jänner; janvier; janv; januari; stycznia; styczeń; sty; يناير; كانون الثاني; جانفي",
        2: "february; feb; febr; februar; février; févr; fév; februari; lutego; luty; lut; فبراير; شباط; فيفري",
        3: "march; mar; märz; mär; mrz; mars; maart; mrt; marca; marzec; مارس; آذار",
        4: "april; apr; avril; avr; kwietnia; kwiecień; kwi; أبريل; إبريل; نيسان; أفريل",
        5: "may; mai; mei; maja; maj; مايو; أيار; ماي",
        6: "june; jun; juni; juin; czerwca; czerwiec; cze; يونيو; حزيران; جوان",
        7: "july; jul; juli; juillet; juil; lipca; lipiec; lip; يوليو; تموز; جويلية",
        8: "august; aug; août; augustus; sierpnia; sierpień; sie; أغسطس; آب; أوت",
        9: "september; sep; sept; septembre; września; wrzesień; wrz; سبتمبر; أيلول",
        10: "october; oct; oktober; okt; octobre; października; październik; paź; أكتوبر; تشرين الأول",
        11: "november; nov; novembre; listopada; listopad; lis; نوفمبر; تشرين الثاني",
        12: "december; dec; dezember; dez; décembre; déc; grudnia; grudzień; gru; ديسمبر; كانون الأول",
    }
)
