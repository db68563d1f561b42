"""What preflight says: of each finding how bad it is, what it means, and what to do."""

from contracts.finding import Texts

PREFLIGHT: Texts = {
    "unknown_variable": (
        "error", "Nobody has the field {names}: these mails would fail.",
        "Correct the name, add the field to the contacts, or give a default: {{{{ name | default('…') }}}}.",
    ),
    "sample_failed": (
        "hint", "It cannot be rendered with made-up fields, so nothing else was looked at: {problem}.",
        "Try it with the `fields` of a real contact.",
    ),
    "placeholder_left": (
        "error", "People would read {text!r}: nothing replaces it.", "Write variables as {{{{ first_name }}}}.",
    ),
    "subject_long": (
        "hint", "The subject has {length} characters; its end is cut off.",
        "Say it in 70 characters, the point in the first 40.",
    ),
    "subject_empty": ("error", "The subject says nothing.", "Write what the mail is about."),
    "subject_capitals": (
        "warning", "The subject shouts: most of it is capitals.", "Write it as you would to one person.",
    ),
    "subject_marks": (
        "warning", "The subject has several exclamation or currency marks.", "Leave them out: filters count them.",
    ),
    "subject_pretends": (
        "warning", "The subject pretends to answer a mail of theirs.",
        "Leave `Re:` to follow-ups in a thread, which get it by themselves.",
    ),
    "text_missing": (
        "hint", "There is no text part; one is made from the html.", "Look at it in the preview, or write your own.",
    ),
    "text_empty": ("warning", "Who reads no html sees an empty mail.", "Write a text part."),
    "too_large": (
        "error", "The html has {size:,} bytes; Gmail cuts a mail off at about 102,000.",
        "Keep it below 100,000: shorter styles, pictures as links instead of data.",
    ),
    "language_missing": (
        "hint", "The html does not say which language it is in.",
        'Begin it with <html lang="en">: screen readers and translators need it.',
    ),
    "active_content": (
        "error", "Mail programs remove {what} and the like, or refuse the mail.",
        "Leave scripts, forms and frames out; link to a page that has them.",
    ),
    "unsubscribe_header_missing": (
        "error", "Mails have no List-Unsubscribe header: Gmail and Yahoo want it of whoever writes to many.",
        "Set TEMPOST_API__PUBLIC_URL to an https address that reaches the API.",
    ),
    "unsubscribe_not_one_click": (
        "warning", "The unsubscribe link is no https link, so one click is not offered (RFC 8058).",
        "Let TEMPOST_API__PUBLIC_URL begin with https.",
    ),
    "unsubscribe_link_missing": (
        "warning", "The mail itself shows no way to unsubscribe: who finds none reports it as spam.",
        "Add a link or a sentence that says how.",
    ),
    "link_empty": ("error", "A link leads nowhere.", "Give it an address, or make it plain text."),
    "link_from_field": (
        "hint", "A link leads where a contact's field says; it was not checked.",
        "Try it with the `fields` of a real contact.",
    ),
    "link_broken": (
        "error", "A link is no address that a mail program could open: {text!r}.",
        "Write the whole address, beginning with https://.",
    ),
    "link_placeholder": ("error", "A link was never filled in: {text!r}.", "Put the real address in its place."),
    "link_address": (
        "warning", "A link leads to a bare IP address: {text!r}. Filters take that for fraud.",
        "Use a name of your own domain.",
    ),
    "link_shortened": (
        "warning", "A link hides its target behind a shortener: {text!r}. Many block lists hold them.",
        "Link to the page itself.",
    ),
    "link_misleading": (
        "warning", "A link shows one site and leads to another: {text!r}. That is how phishing looks.",
        "Show words instead of an address, or the true one.",
    ),
    "link_insecure": ("hint", "A link uses http: {text!r}.", "Use https where the site has it."),
    "image_without_alt": (
        "warning", "{silent} of {images} images have no alt text: many readers see no images.",
        'Add alt="what it shows"; alt="" for ornaments.',
    ),
    "image_broken": (
        "error", "An image has no address that a mail program could fetch: {text!r}.",
        "Give src a whole https address.",
    ),
    "image_as_data": (
        "warning", "Gmail and Outlook show no images that are data: URIs.",
        "Put the image on a server and link to it.",
    ),
    "image_only": (
        "error", "The mail is all images: filters cannot read it, nor can many people.",
        "Say in words what the images say.",
    ),
    "spam_words": (
        "warning", "Filters distrust words that come together here: {words}.", "Say it as you would to a colleague.",
    ),
    "shouting": (
        "warning", "Much of the mail is in capitals, such as {word!r}.", "Write it as you would to one person.",
    ),
}  # fmt: skip
