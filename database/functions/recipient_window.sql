-- Sending windows of recipients, and the delays of rounds, in the recipient's own time zone. Times of the day that the
-- clocks skip or show twice are instants as everywhere in PostgreSQL: a skipped one is moved forward by what is
-- skipped, of one that comes twice the second counts.

-- The time zone that a contact's fields name, known or not; empty where they name none.
CREATE FUNCTION stated_zone(fields jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(fields ->> 'time_zone', fields ->> 'timezone', '')
$$;

-- The stated zone if it is of the IANA database, else the other. PostgreSQL would take abbreviations and POSIX rules
-- too ("IST", "Mars+3"), which mean what nobody meant; `pg_timezone_names` would read hundreds of files at each call.
CREATE FUNCTION recipient_zone(stated text, otherwise text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF stated IS NULL OR stated !~ ('^([A-Za-z_]+(/[A-Za-z_-]+)+|Etc/GMT(0|[+-]\d|-1[0-4]|\+1[0-2])|UTC|UCT|GMT|GMT[+-]?0'
        '|Zulu|Universal|Greenwich|CET|EET|MET|WET|EST|MST|HST|EST5EDT|CST6CDT|MST7MDT|PST8PDT|GB|GB-Eire|NZ'
        '|NZ-CHAT|PRC|ROC|ROK|W-SU|Cuba|Egypt|Eire|Hongkong|Iceland|Iran|Israel|Jamaica|Japan|Kwajalein|Libya|Navajo'
        '|Poland|Portugal|Singapore|Turkey)$')
    THEN
        RETURN otherwise;
    END IF;
    PERFORM now() AT TIME ZONE stated;
    RETURN stated;
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN otherwise;
END $$;

-- From when on a mail may go that may go from `at` on, and when the window closes that is open then. Weekdays and
-- holidays are days on which the window opens, Monday is 0; one that does not close after it opens runs over midnight.
-- Without a window: at once, and it never closes. One that does not open within 400 days is looked at again then.
CREATE FUNCTION recipient_window(
    zone text, opens time, closes time, weekdays smallint[], holidays date[], at timestamptz,
    OUT may_go_at timestamptz, OUT closes_at timestamptz
) LANGUAGE plpgsql STABLE AS $$
DECLARE
    day date := (at AT TIME ZONE zone)::date - 1;
    last CONSTANT date := day + 400;
    begins timestamptz;
BEGIN
    may_go_at := at;
    IF opens IS NULL THEN
        RETURN;
    END IF;
    WHILE day < last LOOP
        IF extract(isodow FROM day)::int - 1 = ANY (weekdays) AND day <> ALL (holidays) THEN
            begins := (day + opens) AT TIME ZONE zone;
            closes_at := (day + (opens >= closes)::int + closes) AT TIME ZONE zone;
            IF begins < closes_at AND at < closes_at THEN
                may_go_at := greatest(at, begins);
                RETURN;
            END IF;
        END IF;
        day := day + 1;
    END LOOP;
    may_go_at := day::timestamp AT TIME ZONE zone;
    closes_at := NULL;
END $$;

-- When a mail of a round is due whose contact had the one before at `since`: so many days later at the same time of the
-- recipient's day. Business days are Monday to Friday less holidays.
CREATE FUNCTION round_due(since timestamptz, delay int, unit text, zone text, holidays date[]) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    wall timestamp := since AT TIME ZONE zone;
    day date := wall::date;
    missing int := delay;
BEGIN
    IF delay = 0 OR since IS NULL THEN
        RETURN since;
    ELSIF unit = 'days' THEN
        day := day + delay;
    ELSE
        WHILE missing > 0 LOOP
            day := day + 1;
            IF extract(isodow FROM day) < 6 AND day <> ALL (holidays) THEN
                missing := missing - 1;
            END IF;
        END LOOP;
    END IF;
    RETURN (day + wall::time) AT TIME ZONE zone;
END $$;
