"""Ordinary letters in six languages, full of figures, places and words that only look like trouble."""

import pytest

from penfriends.rules.bands import Band
from penfriends.rules.screening import Kind, Verdict, screen, verdict

ENGLISH = (
    "I was born in 1957 and we are four children. My grandchildren are 3, 5, 7, 9, 11, 13 and 15 years old.",
    "The concert starts at 7.30 on 12 May 2024 and ends at 22:15. Tickets are £12.50 or $15, under 16s pay £6.",
    "I met my wife in Preston in 1981. The meeting of the choir was on 03/11/1980, and she sang alto.",
    "Page 312 is the best. The book is ISBN 978-3-16-148410-0, and the second volume has 1,250 pages.",
    "We played 4-4-2 and won 3-1, 2-0 and 5-4. Next season they want 4-3-3. I watched with 12,500 others.",
    "My phone broke last week, so I wrote this by hand. I called my sister three times from the shop instead.",
    "Take 250 g of flour, 3 eggs, 100 ml of milk and 75 g butter. Bake for 25 minutes at 180 °C, then 10 at 160.",
    "The hospital where I worked for 32 years was closed in 2003. It had 450 beds and I knew 1200 colleagues.",
    "We live near the river, on the main street. There are 5 shops in our street and 2 pubs on the square.",
    "I walked 3 miles along the road to the station. It took 1 hour and 45 minutes, at 8.2 km an hour.",
    "My father kept the village shop from 1948 to 1972, and my brother from 1972-1999. Those were good years.",
    "It was 31 degrees yesterday, 28 today, and tomorrow 25, then 19, 17, 16 and 20 at the weekend.",
    "Count with me: one, two, three, four, five, six, seven, eight, nine, ten. In Welsh it is quite different.",
    "She said it was nice.In the evening we had fish and chips. I paid 8.95 and a tea was 1.20 more.",
    "He won the final 6-4 3-6 7-6 4-6 6-2. I have followed tennis since 1968 and never saw a better match.",
    "I keep bees: 12 hives, 40,000 bees each. Last year they gave 180 kg of honey, 30 kg more than in 2022.",
    "Your letter of 14 February arrived on the 21st. Number 14 was my lucky number at school, and 7 too.",
    "Our town has 142,000 inhabitants, 3 parks and 1 famous bus station from 1969. The bridge is 210 m long.",
    "I have two sons at home and three at university. They are 19, 21 and 24. The eldest studies in Leeds.",
    "I worked in a bank for forty years. The money was all right but the people were the best of it.",
    "In the war my mother was sent away at 6 with a label round her neck. 827,000 children went with her.",
    "I saw the film again at home. It is from 1994, 142 minutes long, and I cried at minute 120.",
    "The train left at 09:14, we changed at 10.52 and were in York by 12.05. The return was 17.48 to 20.31.",
    "My allotment is 10 by 25 metres. I planted 60 potatoes, 20 beans and 8 rows of carrots. I shot 40 photos.",
)
GERMAN = (
    "Ich bin 1957 geboren und habe 4 Kinder, 3, 5, 7 und 12 Jahre alt. Wir wohnen seit 1998 in Aachen.",
    "Das Konzert beginnt am 12.05.2024 um 19:30 Uhr und kostet 12,50 Euro, für Kinder 6 €.",
    "Unsere Stadt hat 245.000 Einwohner und liegt 173 m hoch. Die Hauptstraße ist seit 1990 eine Fußgängerzone.",
    "Wir kamen auf Platz 3 von 24. Im Finale stand es 3:2 nach 90 Minuten, vor 12 000 Zuschauern.",
    "Man nehme 500 g Mehl, 3 Eier, 125 ml Milch und backe alles 45 Minuten bei 180 Grad. Reicht für 8 Personen.",
    "Mein Handy ist kaputt, darum schreibe ich mit der Hand. Am Montag 5 Minuten Regen, sonst Sonne.",
    "Ich habe 40 Jahre im Krankenhaus gearbeitet und 2011 aufgehört. Jetzt lese ich, zurzeit auf Seite 312.",
    "Eins, zwei, drei, vier, fünf, sechs, sieben, acht, neun, zehn: so zählen wir. Wie zählt ihr?",
    "Im Sommer fahren wir 850 km an die Ostsee. Letztes Jahr brauchten wir 9 Stunden und 20 Minuten.",
    "Ich treffe mich jeden Mittwoch mit dem Chor. Wir sind 35 Leute, 20 Frauen und 15 Männer.",
)
FRENCH = (
    "Je suis née en 1957, j'ai 4 enfants de 13, 15, 17 et 22 ans. Nous habitons Lyon depuis 1998.",
    "Le concert est le 12/05/2024 à 19h30 et coûte 12,50 €. Nous avons réservé 2 places du côté gauche.",
    "Notre ville compte 522 000 habitants. La rue de la République est longue de 1 200 m.",
    "Il faut 250 g de farine, 3 œufs, 100 ml de lait. Cuire 25 minutes à 180 degrés, pour 6 personnes.",
    "Mon téléphone est cassé, alors je t'écris à la main. De mon point de vue, c'est mieux ainsi.",
    "Nous avons gagné 3-1 puis perdu 2-0. J'étais numéro 10. Le stade a 59 000 places.",
    "Un, deux, trois, quatre, cinq, six, sept, huit, neuf, dix : voilà comment on compte ici.",
    "J'ai travaillé 30 ans à l'hôpital. Le neuf mai, jour de fête, je prends le train de 7h15.",
    "Mon père est né en 1921, ma mère en 1925, mes frères en 1947, 1949, 1952 et 1955.",
    "La place du marché est belle le dimanche, il y a 120 marchands depuis 1850.",
)
DUTCH = (
    "Ik ben geboren in 1957 en heb 4 kinderen van 3, 5, 7 en 12 jaar. We wonen in Nijmegen.",
    "Het concert is op 12-05-2024 om 19.30 uur en kost 12,50 euro. Er zijn 800 plaatsen.",
    "Onze stad heeft 180.000 inwoners. De Waalbrug uit 1936 is 604 meter lang.",
    "Neem 250 gram bloem, 3 eieren en 100 ml melk. 25 minuten op 180 graden, voor 6 mensen.",
    "Mijn telefoon is kapot, dus ik schrijf met de hand. Dat is 20 jaar geleden voor het laatst gebeurd.",
    "We wonnen met 3-1 en verloren met 2-0. Ik speel met nummer 10 en mijn zus met 7.",
    "Een, twee, drie, vier, vijf, zes, zeven, acht, negen, tien. Zo tellen wij.",
    "Ik heb 32 jaar in het ziekenhuis gewerkt. Nu fiets ik elke week 120 km met 8 vrienden.",
    "De elfstedentocht van 1963 was 200 km bij -18 graden; van 10.000 rijders kwamen er 69 aan.",
)
POLISH = (
    "Urodziłam się w 1957 roku i mam 4 dzieci: 3, 5, 7 i 12 lat. Mieszkamy w Krakowie od 1998.",
    "Koncert jest 12.05.2024 o 19:30 i kosztuje 45,50 zł. Kupiliśmy 2 bilety za 91 zł.",
    "Nasze miasto ma 800 000 mieszkańców. Na rynku jest 120 gołębi, może 1 000.",
    "Weź 250 g mąki, 3 jajka i 100 ml mleka. Piecz 25 minut w 180 stopniach.",
    "Mój telefon się zepsuł, więc piszę ręcznie. Ostatni list pisałam 20 lat temu.",
    "Wygraliśmy 3:1, potem przegraliśmy 2:0. Gram z numerem 10, a brat z 7.",
    "Raz, dwa, trzy, cztery, pięć, sześć, siedem, osiem, dziewięć, dziesięć. Tak liczymy.",
    "Pracowałam 32 lata w szpitalu. Teraz chodzę 5 km dziennie i czytam 2 książki w miesiącu.",
    "Pociąg o 8.15 jedzie 2 godziny i 20 minut, powrót o 17.45. Kolej jest z 1847 roku.",
)
ARABIC = (
    "ولدت سنة ١٩٥٧ ولي أربعة أولاد أعمارهم ٣ و ٥ و ٧ و ١٢ سنة.",
    "الحفلة يوم 12/05/2024 الساعة 7:30 مساء والتذكرة 20 شيكل.",
    "في مدينتنا 15000 نسمة وفيها 3 مدارس ومكتبة كبيرة.",
    "نحتاج 250 غرام طحين و 3 بيضات و 100 مل حليب و 25 دقيقة في الفرن.",
    "هاتفي تعطل الأسبوع الماضي فكتبت لك بيدي. الجو جميل هنا.",
    "فزنا 3-1 ثم خسرنا 2-0. ألعب بالرقم 10 وأخي بالرقم 7.",
    "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة: هكذا نعد.",
    "عملت في المستشفى 30 سنة. الآن أقرأ كل يوم وأزرع الزيتون، عندي 40 شجرة.",
)
LETTERS = (*ENGLISH, *GERMAN, *FRENCH, *DUTCH, *POLISH, *ARABIC)
ALARMING = (
    Kind.PHONE,
    Kind.EMAIL,
    Kind.POSTAL_ADDRESS,
    Kind.LINK,
    Kind.MONEY,
    Kind.DISCLOSURE,
    Kind.UNKIND,
    Kind.HIDDEN_TEXT,
)


def test_at_most_one_harmless_adult_letter_in_20_is_held() -> None:
    held = [one for one in LETTERS if verdict(screen(one, band=Band.ADULT)) is not Verdict.ACCEPT]
    assert len(LETTERS) >= 60
    assert len(held) <= len(LETTERS) * 0.05, held


@pytest.mark.parametrize("letter", LETTERS)
def test_a_harmless_letter_is_not_even_highlighted(letter: str) -> None:
    found = [
        (one.check, letter[one.start : one.end]) for one in screen(letter, band=Band.ADULT) if one.kind in ALARMING
    ]
    assert found == []


def test_all_letters_of_a_language_in_one_are_not_held() -> None:
    for letters in (ENGLISH, GERMAN, FRENCH, DUTCH, POLISH, ARABIC):
        found = screen("\n\n".join(letters), band=Band.ADULT, before=letters)
        assert verdict(found) is Verdict.ACCEPT, found


@pytest.mark.parametrize(
    "text",
    ["👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️ 1️⃣", "می‌خواهم کتاب‌ها", "مرحبا\u200f (Anna)\u200e", "Grüße\u00ad von Anna", "5 µm und 3 Ω, 2π"],
)
def test_ordinary_invisible_characters_are_not_hidden_text(text: str) -> None:
    assert Kind.HIDDEN_TEXT not in {one.kind for one in screen(text, band=Band.CHILD)}
