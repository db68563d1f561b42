-- Take one connection of each of these services for a worker, or none where all are held, or the service may not be
-- used now. A reservation that has expired is free. Rows come back only for what was taken, with what is needed to
-- connect; a service that stands in the list twice may get two connections. Locks: reservations in key order.
CREATE FUNCTION reservation_take_v1(service_ids uuid[], worker text, hold interval)
RETURNS TABLE (place int, connection_no int) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT o AS place, v.id, v.max_connections
        FROM unnest(service_ids) WITH ORDINALITY u(id, o)
        JOIN email_services v ON v.id = u.id
        JOIN email_service_schedule e ON e.service_id = v.id
        WHERE e.status = 'active' AND (e.rested_until IS NULL OR e.rested_until <= guard_now())
        ORDER BY v.id, o
    LOOP
        INSERT INTO service_reservations AS r (service_id, connection_no, reserved_by, reserved_at, expires_at)
        SELECT item.id, n, worker, clock_timestamp(), clock_timestamp() + hold
        FROM generate_series(1, item.max_connections) n
        WHERE NOT EXISTS (
            SELECT 1 FROM service_reservations x
            WHERE x.service_id = item.id AND x.connection_no = n AND x.expires_at > clock_timestamp()
        )
        ORDER BY n LIMIT 1
        ON CONFLICT (service_id, connection_no) DO UPDATE
            SET reserved_by = excluded.reserved_by, reserved_at = excluded.reserved_at,
                expires_at = excluded.expires_at
            WHERE r.expires_at <= clock_timestamp()
        RETURNING item.place, r.connection_no INTO place, connection_no;
        IF FOUND THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
