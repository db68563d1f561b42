"""Until when somebody is away: the day they are back, as out-of-office answers of many languages state it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

LONGEST = timedelta(days=366)
"""A day further ahead is taken for something else."""
MOST_TEXT = 4_000

MONTHS = {
    1: "january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari январ[ья] stycz\\w* ocak",
    2: "february feb februar feber fevr février févr febrero febbraio fevereiro fev februari"
    " феврал[ья] lut\\w* února helmikuuta şubat",
    3: "march mar mär märz mrz mars marzo março maart марта? mar\\w{0,2}ca března maaliskuuta mart",
    4: "april apr avril avr abril abr aprile апрел[ья] kwie\\w* dubna huhtikuuta nisan",
    5: "may mai mayo maggio mag maio mei ма[йя] maja května toukokuuta mayıs maj",
    6: "june jun juni juin junio giugno giu junho июн[ья] czerw\\w* června kesäkuuta haziran",
    7: "july jul juli juillet juil julio luglio lug julho июл[ья] lip\\w* července heinäkuuta temmuz",
    8: "august aug août aout agosto ago augustus августа? sierp\\w* srpna elokuuta ağustos augusti",
    9: "september sept sep septembre septiembre settembre set setembro сентябр[ья] wrze\\w* září syyskuuta eylül",
    10: "october oct oktober okt octobre octubre ottobre ott outubro out октябр[ья] paźdz\\w* října lokakuuta ekim",
    11: "november nov novembre noviembre novembro ноябр[ья] listopad\\w* marraskuuta kasım",
    12: "december dec dezember dez décembre déc diciembre dic dicembre dezembro"
    " декабр[ья] grud\\w* prosince joulukuuta aralık",
}
WEEKDAYS = (
    "monday mon montag lundi lunes lunedì segunda(?:-feira)? maandag понедельник\\w* 周一 星期一",
    "tuesday tue dienstag mardi martes martedì terça(?:-feira)? dinsdag вторник\\w* 周二 星期二",
    "wednesday wed mittwoch mercredi miércoles mercoledì quarta(?:-feira)? woensdag сред[аыу] 周三 星期三",
    "thursday thu donnerstag jeudi jueves giovedì quinta(?:-feira)? donderdag четверг\\w* 周四 星期四",
    "friday fri freitag vendredi viernes venerdì sexta(?:-feira)? vrijdag пятниц\\w* 周五 星期五",
    "saturday samstag samedi sábado sabato zaterdag суббот\\w* 周六 星期六",
    "sunday sonntag dimanche domingo domenica zondag воскресень\\w* 周日 星期日",
)
MONTH_PATTERNS = {month: re.compile(rf"(?:{'|'.join(names.split())})\.?", re.I) for month, names in MONTHS.items()}
ANY_MONTH = "(?:" + "|".join(name for names in MONTHS.values() for name in names.split()) + r")\.?"
FILLER = r"(?:\s*(?:,|\bof\b|\bthe\b|\bde\b|\bdel\b|\bdi\b|\bdo\b))*\s*"
WEEKDAY = (
    "(?:(?:"
    + "|".join(name for names in WEEKDAYS for name in names.split())
    + r")\.?,?\s*(?:the|den|dem|le|el|il|dia|día)?\s*)?"
)

ISO = re.compile(r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
EASTERN = re.compile(r"(?:(20\d\d)\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]?")
DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|º|°)?\.?{FILLER}({ANY_MONTH})(?!\w){FILLER}(20\d\d)?", re.IGNORECASE
)
MONTH_DAY = re.compile(
    rf"\b({ANY_MONTH})(?!\w)\s*(?:the\s*)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,?\s*(20\d\d))?", re.IGNORECASE
)
NAMED_DAY = re.compile(
    r"(?<![^\W\u4e00-\u9fff])(?:"
    + "|".join(f"(?P<d{number}>{'|'.join(names.split())})" for number, names in enumerate(WEEKDAYS))
    + r")(?![^\W\u4e00-\u9fff])",
    re.IGNORECASE,
)
NUMERIC = re.compile(r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})\2?(?:(?<=[./-])(\d{4}|\d{2}))?(?!\d)")

BACK = (
    r"(?:back(?: (?:in|at) (?:the |my )?(?:office|work|desk))?(?: again)?|return(?:ing)?|available(?: again)?"
    r"|resume\w*|in the office)"
    r"|(?:wieder (?:im (?:büro|haus)|da|erreichbar|zurück|für sie da)|zurück|erreichbar)"
    r"|(?:de retour|retour|reviens|reviendrai|joignable)|(?:de vuelta|regres\w*|volver\w*|vuelvo|disponible"
    r"|reincorpor\w*)"
    r"|(?:rientr\w*|torner\w*|torno|di ritorno)|(?:de volta|retorn\w*|volto|voltarei)|(?:terug|aanwezig)"
    r"|(?:tillbaka|tilbage|tilbake)"
    r"|(?:takaisin|вернусь|буду|выйду|wracam|wrócę|będę|zpět)"
)
BACK_ON = re.compile(
    rf"(?:{BACK})\s*(?:\w+\s+){{0,2}}?(?:on|by|from|as of|at|am|ab(?: dem)?|le|el|a partir (?:de|del|du)|il|dal"
    rf"|em|no dia|op|på|den|с|dnia|od)?\s*[:,]?\s*$",
    re.IGNORECASE,
)
"""Before a date: that day they are back."""
UNTIL = re.compile(
    r"(?:until|till|til|through(?: to)?|thru|up to|\bto\b|(?<=\d)\s*[-–—]|[-–—]|bis(?: (?:zum|einschließlich"
    r"|einschl\.|inkl\.))?(?: den)?|jusqu['’]?au|\bau\b"
    r"|after|nach(?: dem)?|après(?: le)?|hasta(?: el)?|\bal\b|fino (?:al|a)|até(?: (?:o dia|dia))?|\ba\b"
    r"|tot(?: en met)?|t/m|t\.?o\.?m\.?|till och med|indtil|til og med"
    r"|asti|saakka|\bпо\b|до|\bdo\b|bis|至|到|〜|～|~|まで)\s*(?:and including|inclusive|den|el|the|le)?\s*:?\s*$",
    re.IGNORECASE,
)
"""Before a date: until it, so the next day is the first on which they are back."""
UNTIL_AFTER = re.compile(r"^\s*(?:まで|为止|之前|前|까지|asti|saakka)")
BACK_AFTER = re.compile(
    r"^\s*(?:(?:恢复|返回|回来|回到|开始|起|后|以后|上班|复工|から|より|に(?:戻|復帰|出社)|부터|에 (?:복귀|돌아))"
    r"|[^.!?。]{0,30}?\b(?:wieder|zurück|back|again|de retour|terug|tillbaka)\b)",
    re.IGNORECASE,
)


def away_until(text: str, wrote_on: date) -> date | None:
    """First day on which the writer is back, if the text of that day states one ahead of it; the latest, if several.

    Years that are left out are the next in which the day lies ahead. Numeric dates whose order is not certain are read
    as day and month, unless the first number cannot be a month's neighbour: `12/20` is December 20.
    """
    found = [day for day in _days(text[:MOST_TEXT], wrote_on) if wrote_on < day <= wrote_on + LONGEST]
    return max(found, default=None)


def _days(text: str, wrote_on: date) -> Iterator[date]:
    flat = " ".join(text.split())
    for start, end, day in _dates(flat, wrote_on):
        before, after = re.sub(rf"{WEEKDAY}$", "", flat[max(0, start - 80) : start], flags=re.I), flat[end : end + 50]
        if BACK_ON.search(before) or BACK_AFTER.match(after):
            yield day
        elif UNTIL.search(before) or UNTIL_AFTER.match(after):
            yield day + timedelta(days=1)


def _dates(text: str, wrote_on: date) -> Iterator[tuple[int, int, date]]:
    """Every date in the text, with where it stands."""
    for found in ISO.finditer(text):
        yield from _made(found, (found[1], found[2], found[3]), wrote_on)
    for found in EASTERN.finditer(text):
        yield from _made(found, (found[1], found[2], found[3]), wrote_on)
    for found in DAY_MONTH.finditer(text):
        yield from _made(found, (found[3], _month(found[2]), found[1]), wrote_on)
    for found in MONTH_DAY.finditer(text):
        yield from _made(found, (found[3], _month(found[1]), found[2]), wrote_on)
    for found in NAMED_DAY.finditer(text):
        if NAMED_DAY.search(text, max(0, found.start() - 20), found.start()):
            continue  # Monday to Friday: hours of opening
        weekday = int(str(found.lastgroup)[1:])
        yield found.start(), found.end(), wrote_on + timedelta(days=(weekday - wrote_on.weekday() - 1) % 7 + 1)
    for found in NUMERIC.finditer(text):
        first, second = int(found[1]), int(found[3])
        month_first = found[2] == "/" and second > 12
        day, month = (second, first) if month_first else (first, second)
        yield from _made(found, (found[4], month, day), wrote_on)


def _made(
    found: "re.Match[str]", parts: tuple[str | None, str | int, str | int], wrote_on: date
) -> Iterator[tuple[int, int, date]]:
    year, month, day = parts
    try:
        if year:
            number = int(year)
            yield found.start(), found.end(), date(number + 2000 if number < 100 else number, int(month), int(day))
            return
        made = date(wrote_on.year, int(month), int(day))
        yield (
            found.start(),
            found.end(),
            made if made >= wrote_on - timedelta(days=180) else made.replace(year=made.year + 1),
        )
    except ValueError:  # 31 November, or a number that is no date
        return


def _month(name: str) -> int:
    return next(month for month, pattern in MONTH_PATTERNS.items() if pattern.fullmatch(name))
