"""Answers: of people, of programs that stand in for them, of filters, and complaints."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.inbound.away import away_until
from mail.inbound.reader import read
from tests.unit.mail.inbound.mails import ADA, BOB, NOW, OURS, answer, complaint, mail, notice, parts, report

AUTOMATIC = {
    "rfc 3834": answer("I am away.", Auto_Submitted="auto-replied"),
    "vacation of exim": answer("Away.", Auto_Submitted="auto-replied", Return_Path="<>"),
    "x-autoreply": answer("Away.", X_Autoreply="yes"),
    "precedence": answer("Away.", Precedence="auto_reply"),
    "bulk answer": answer("Thank you for your mail.", Precedence="bulk"),
    "nobody to answer to": answer("Thank you for your mail.", Return_Path="<>"),
    "outlook": answer("Away.", subject="Automatic reply: News"),
    "outlook german": answer("Weg.", subject="Automatische Antwort: News"),
    "outlook french": answer("Absent.", subject="Réponse automatique : News"),
    "outlook spanish": answer("Fuera.", subject="Respuesta automática: News"),
    "out of office": answer("Away.", subject="Out of Office: News"),
    "chinese": answer(
        "您好，我正在休假，无法及时回复，请联系 eve@example.net", subject="自动回复: News", Return_Path="<>"
    ),
    "japanese": answer("不在です。", subject="自動返信: News"),
    "russian": answer("Я в отпуске.", subject="Автоматический ответ: News"),
    "encoded subject": answer("away", subject="=?utf-8?B?6Ieq5Yqo5Zue5aSNOiBOZXdz?="),
    "a ticket system": answer("We could not process it: user unknown?", From="noreply@example.net", Precedence="bulk"),
    "no reference": mail("Away.", Subject="Automatic reply: News"),
}


@pytest.mark.parametrize("name", AUTOMATIC)
def test_an_answer_of_a_program_is_told_from_a_persons(name: str) -> None:
    assert read(AUTOMATIC[name], NOW).kind == "auto_reply"


PERSONS = {
    "plain": answer("Yes, please."),
    "about an office": answer("When is that?", subject="Re: Out of office hours"),
    "auto-submitted no": answer("Yes.", Auto_Submitted="no"),
    "from a list": answer("Yes.", Precedence="list", List_Id="<friends.example.net>"),
    "without a subject": answer("Yes.", subject=""),
    "by a phone without references": mail("Yes.", Subject="AW: News"),
    "quoting what is automatic": answer("Thanks.\n\n> I am out of office until 12 December"),
}


@pytest.mark.parametrize("name", PERSONS)
def test_an_answer_of_a_person_is_a_reply(name: str) -> None:
    reading = read(PERSONS[name], NOW)
    assert (reading.kind, reading.sender) == ("reply", BOB)


def test_a_reply_names_what_it_answers_and_then_its_thread_newest_first() -> None:
    first, second = f"<{'1' * 32}.7@example.org>", f"<{'2' * 32}.7@example.org>"
    reading = read(answer("Yes.", In_Reply_To=OURS, References=f"{first} {second} {OURS}"), NOW)
    assert [each.message_id for each in reading.references] == [OURS, second, first]


OTHERS = {
    "newsletter": mail("Buy.", List_Unsubscribe="<https://shop.example/u>", Precedence="bulk"),
    "fresh mail": mail("Hello Ada."),
    "a shop's order": mail("Your order.", Auto_Submitted="auto-generated", From="shop@example.com"),
    "a receipt of reading": mail(
        parts("report; report-type=disposition-notification", "Content-Type: text/plain\n\nread\n",
              "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;bob@example.net\n"
              "Disposition: manual-action/MDN-sent-manually; displayed\n")[1],
        Content_Type='multipart/report; report-type=disposition-notification; boundary="b"', Subject="Read: News"),
    "a mail taken out of the spam folder": complaint("not-spam"),
    "nothing at all": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_answer_is_left_alone(name: str) -> None:
    assert read(OTHERS[name], NOW).kind == "other"


@pytest.mark.parametrize(
    "raw",
    [
        answer("Please confirm your message by clicking the link below.", Auto_Submitted="auto-replied"),
        answer("I have not got your address.", X_Boxbe_Challenge="1"),
        answer("Your address is not on my whitelist.", subject="Auto: sender verification", Precedence="auto_reply"),
    ],
)
def test_a_filter_that_wants_proof_is_a_challenge(raw: bytes) -> None:
    assert read(raw, NOW).kind == "challenge"


def test_a_complaint_names_the_mail_and_who_complained() -> None:
    reading = read(complaint(Original_Rcpt_To=BOB), NOW)
    assert (reading.kind, reading.failures[0].recipient, reading.references[0].message_id) == ("complaint", BOB, OURS)


def test_a_complaint_that_hides_the_recipient_still_names_the_mail() -> None:
    reading = read(complaint("fraud").replace(b"To: bob@example.net", b"To: redacted"), NOW)
    assert (reading.kind, reading.failures, reading.references[0].message_id) == ("complaint", (), OURS)


def test_a_complaint_without_a_report_is_known_by_its_subject() -> None:
    kind, body = parts("mixed", f"Content-Type: message/rfc822\n\nTo: {BOB}\nMessage-ID: {OURS}\n\nHi\n")
    raw = mail(body, Content_Type=kind, From="staff@hotmail.com", Subject="complaint about message from 192.0.2.1")
    assert read(raw, NOW).kind == "complaint"


AWAY = [
    ("I am out of the office until 12 December.", date(2026, 12, 13)),
    ("I'm away and will be back on 2026-12-14.", date(2026, 12, 14)),
    ("I will return on Monday, December 7th.", date(2026, 12, 7)),
    ("I am on leave from 11/30/2026 through 12/20/2026", date(2026, 12, 21)),
    ("I will be back in the office on January 4", date(2027, 1, 4)),
    ("I am out today and will be back on Monday.", date(2026, 11, 30)),
    ("Out of office 01/12 - 08/12", date(2026, 12, 9)),
    ("Ich bin bis zum 11.12.2026 nicht im Büro.", date(2026, 12, 12)),
    ("Ich bin ab Montag, den 7. Dezember wieder im Büro.", date(2026, 12, 7)),
    ("Je suis absent jusqu'au 4 décembre 2026 inclus.", date(2026, 12, 5)),
    ("Je serai de retour le lundi 7 décembre.", date(2026, 12, 7)),
    ("Estaré fuera de la oficina hasta el 10 de diciembre de 2026.", date(2026, 12, 11)),
    ("Sono fuori ufficio fino al 8 dicembre.", date(2026, 12, 9)),
    ("Estou ausente até 15 de dezembro", date(2026, 12, 16)),
    ("Ik ben afwezig tot en met 4 december", date(2026, 12, 5)),
    ("Jag är tillbaka den 7 december", date(2026, 12, 7)),
    ("Я в отпуске до 14 декабря", date(2026, 12, 15)),
    ("我将于12月10日返回办公室", date(2026, 12, 10)),
    ("本人外出至2026年12月8日，邮件回复可能不及时", date(2026, 12, 9)),
    ("12月5日まで不在にしております。", date(2026, 12, 6)),
    ("Thank you for your mail of 3 December. We answer within 2 days.", None),
    ("I was away until 12 November.", None),
    ("Back on 31 November, or 45 December.", None),
    ("Open Monday to Friday, 9 to 5", None),
    ("Back in the year 2031-01-01", None),
]


@pytest.mark.parametrize(("text", "day"), AWAY)
def test_the_day_of_return_is_read(text: str, day: date | None) -> None:
    assert away_until(text, NOW.date()) == day


def test_what_the_answer_quotes_says_nothing_of_the_return() -> None:
    raw = answer(
        "I am away.\n\nOn Fri, 27 Nov 2026, Ada wrote:\n> valid until 12 December", Auto_Submitted="auto-replied"
    )
    assert read(raw, NOW).away_until is None


def test_the_return_is_the_beginning_of_that_day_where_the_writer_is() -> None:
    raw = answer("Back on 7 December.", Auto_Submitted="auto-replied", Date="Sat, 28 Nov 2026 10:00:00 +0100")
    assert read(raw, NOW).away_until == datetime(2026, 12, 6, 23, tzinfo=UTC)


@given(st.text(max_size=300))
def test_no_text_makes_an_impossible_return(text: str) -> None:
    day = away_until(text, NOW.date())
    assert day is None or day > NOW.date()


RAW = [report("Action: failed\nFinal-Recipient: x"), complaint(), notice("<b@c.example>: no"), answer("Yes.")]


@given(st.sampled_from(RAW), st.integers(0, 3000), st.binary(max_size=40), st.integers(0, 60))
def test_broken_mail_is_read_as_far_as_it_goes(raw: bytes, place: int, junk: bytes, lost: int) -> None:
    reading = read(raw[:place] + junk + raw[place + lost :], NOW)
    assert reading.digest


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3000,
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"Subject: " + b"=?utf-8?b?" * 20_000,
        b"References: " + b"<a@b> " * 50_000 + b"\r\n\r\n",
        b"\r\n\r\n" + b"a@" * 200_000,
        b"From: MAILER-DAEMON\r\n\r\n" + b"a.b.c@d.e " * 40_000,
        b"Content-Type: text/plain; charset=no-such\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"Subject: \xff\xfe\r\nDate: nonsense\r\nFrom: \xff@\xff\r\n\r\n\xff",
    ],
)
def test_a_mail_made_to_hurt_is_read(raw: bytes) -> None:
    assert len(read(raw, NOW).references) <= 40


def test_a_date_ahead_of_the_arrival_is_the_arrival() -> None:
    assert read(answer("Yes.", Date="Sat, 28 Nov 2037 10:00:00 +0000"), NOW).date == NOW


def test_the_envelope_says_first_whom_a_mail_was_for() -> None:
    reading = read(answer("Yes."), NOW, ["<Bounces+x@example.org>"])
    assert reading.addressed == ("bounces+x@example.org", ADA)
