-- Rounds of campaigns: who a contact works for, and whether a contact is still to be written to.

-- Whether anyone can have an address at this domain. The large providers only: an unknown small one makes its customers
-- colleagues.
CREATE FUNCTION public_mail_domain(domain text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT split_part(domain, '.', 1) IN ('gmail', 'googlemail', 'hotmail', 'outlook', 'live', 'msn', 'yahoo', 'ymail',
            'rocketmail', 'aol', 'icloud', 'gmx', 'yandex', 'protonmail', 'proton', 'fastmail', 'tutanota', 'zoho')
        OR domain IN ('me.com', 'mac.com', 'pm.me', 'mail.com', 'email.com', 'mail.ru', 'bk.ru', 'inbox.ru', 'list.ru',
            'rambler.ru', 'ukr.net', 'web.de', 't-online.de', 'freenet.de', 'arcor.de', 'posteo.de', 'mailbox.org',
            'orange.fr', 'wanadoo.fr', 'free.fr', 'laposte.net', 'sfr.fr', 'libero.it', 'virgilio.it', 'tiscali.it',
            'alice.it', 'bluewin.ch', 'ziggo.nl', 'kpnmail.nl', 'telenet.be', 'skynet.be', 'wp.pl', 'o2.pl', 'onet.pl',
            'interia.pl', 'seznam.cz', 'abv.bg', 'btinternet.com', 'sky.com', 'virginmedia.com', 'comcast.net',
            'verizon.net', 'att.net', 'sbcglobal.net', 'bellsouth.net', 'cox.net', 'charter.net', 'earthlink.net',
            'shaw.ca', 'rogers.com', 'bigpond.com', 'uol.com.br', 'bol.com.br', 'terra.com.br', 'qq.com', 'foxmail.com',
            '163.com', '126.com', 'yeah.net', 'sina.com', 'sina.cn', 'sohu.com', 'aliyun.com', '139.com', 'naver.com',
            'daum.net', 'hanmail.net', 'nate.com', 'docomo.ne.jp', 'ezweb.ne.jp', 'softbank.ne.jp', 'rediffmail.com',
            'hey.com', 'duck.com', 'tuta.com', 'hushmail.com')
$$;

-- The organisation of a contact, in lower case: the one its fields name, else the domain of its address, unless anyone
-- can have an address there.
CREATE FUNCTION contact_organisation(fields jsonb, email text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        nullif(lower(trim(fields ->> 'organisation')), ''), nullif(lower(trim(fields ->> 'organization')), ''),
        nullif(lower(trim(fields ->> 'company')), ''),
        CASE WHEN NOT public_mail_domain(mail_domain(email)) THEN mail_domain(email) END)
$$;

-- Why a contact of a campaign gets no mail of a round with this audience; NULL: it gets one. A click is an opening too.
-- `delayed`: the mail is not due yet, and who has not clicked may still do so.
CREATE FUNCTION round_refusal(c campaign_contacts, audience text, delayed boolean) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN c.stop_reason IN ('bounced', 'complained', 'unsubscribed') OR audience <> 'all' THEN coalesce(
            c.stop_reason,
            CASE audience
                WHEN 'not_opened' THEN CASE WHEN num_nonnulls(c.opened_at, c.clicked_at) > 0 THEN 'audience' END
                WHEN 'not_clicked' THEN CASE WHEN c.clicked_at IS NOT NULL THEN 'audience' END
                WHEN 'not_replied' THEN CASE WHEN c.replied_at IS NOT NULL THEN 'audience' END
                WHEN 'clicked_not_replied' THEN CASE WHEN c.replied_at IS NOT NULL OR c.clicked_at IS NULL AND NOT delayed
                    THEN 'audience' END
            END)
    END
$$;
