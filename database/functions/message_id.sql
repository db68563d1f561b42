-- The Message-ID of a mail: the same for every try, and it leads back to task and seq, even in a database that has
-- forgotten the try (docs/decisions/0019).
CREATE FUNCTION message_id(task_id uuid, seq int, from_address text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('<%s.%s@%s>', replace(task_id::text, '-', ''), seq, split_part(from_address, '@', 2))
$$;

-- Task and seq that a Message-ID names; empty for what is none of ours.
CREATE FUNCTION message_id_parts(id text) RETURNS TABLE (task_id uuid, seq int) LANGUAGE sql IMMUTABLE AS $$
    SELECT m[1]::uuid, m[2]::int FROM regexp_match(id, '^<?([0-9a-f]{32})\.([1-9][0-9]{0,8})@') m WHERE m IS NOT NULL
$$;
