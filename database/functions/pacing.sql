-- What a service's day allows while it warms up, as in scheduling.pacing.WarmUp; NULL: it does not, or not any more.
CREATE FUNCTION warm_up_quota(first_day_quota int, daily_step int, warm_up_from date, daily_quota int, day date)
RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN first_day_quota + daily_step::bigint * greatest(day - warm_up_from, 0) < daily_quota
        THEN first_day_quota + daily_step * greatest(day - warm_up_from, 0) END
$$;

-- Whether a service may send at this moment, as in scheduling.pacing.SendingWindow. Weekdays are those on which the
-- window opens, Monday is 0; one that does not close after it opens runs over midnight.
CREATE FUNCTION window_open(time_zone text, opens time, closes time, weekdays smallint[], at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT opens IS NULL OR EXISTS (
        SELECT 1 FROM (SELECT (at AT TIME ZONE time_zone)::date - ago AS day FROM generate_series(0, 1) ago) d
        WHERE extract(isodow FROM day)::int - 1 = ANY (weekdays)
            AND at >= (day + opens) AT TIME ZONE time_zone
            AND at < (day + (opens >= closes)::int + closes) AT TIME ZONE time_zone
    )
$$;

-- Whether the guard would let a mail through this service but for its interval.
CREATE FUNCTION service_usable(s email_service_schedule, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT s.status = 'active' AND coalesce(s.rested_until <= at, true)
        AND (s.remaining_quota > 0 OR s.quota_reset_at <= at AND s.daily_quota > 0)
        AND window_open(s.time_zone, s.window_opens, s.window_closes, s.window_weekdays, at)
$$;

-- A new day at these services, which are locked: what was charged ahead is what the new day starts with.
CREATE FUNCTION service_new_day(service_ids uuid[], at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE email_service_schedule e SET
        used_quota = CASE WHEN d.day = e.quota_day + 1 THEN e.carried_quota ELSE 0 END,
        carried_quota = 0, quota_day = d.day,
        day_quota = warm_up_quota(e.first_day_quota, e.daily_step, e.warm_up_from, e.daily_quota, d.day),
        quota_reset_at = (d.day + 1)::timestamp AT TIME ZONE e.time_zone,
        changed_at = clock_timestamp()
    FROM (SELECT service_id, (at AT TIME ZONE time_zone)::date AS day FROM email_service_schedule
          WHERE service_id = ANY (service_ids)) d
    WHERE e.service_id = d.service_id AND (e.quota_day IS NULL OR e.quota_day < d.day);
END $$;
