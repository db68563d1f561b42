-- The seed's settings with their defaults and bounds, and what the design adds to them.
INSERT INTO system_config (key, value, default_value, value_type, category, constraints, description) VALUES
    ('queue.central_batch_size', '50', '50', 'integer', 'queue', '{"minimum": 10, "maximum": 200}',
        'Most mails one delivery activity carries.'),
    ('queue.concurrent_workers', '10', '10', 'integer', 'queue', '{"minimum": 1, "maximum": 50}',
        'Times central_batch_size: the most mails one worker process has under way.'),
    ('queue.fanout_width', '50', '50', 'integer', 'queue', '{"minimum": 1, "maximum": 500}',
        'Up to this many mails of a grant, every mail is an activity of its own.'),
    ('queue.pending_retry_interval', '60', '60', 'seconds', 'queue', '{"minimum": 30, "maximum": 300}',
        'Wait before the first retry of a mail; it doubles with every further one.'),
    ('queue.service_reservation_timeout', '30', '30', 'seconds', 'queue', '{"minimum": 10, "maximum": 120}',
        'How long a connection, or a delivery under way, is held after its holder was last heard of.'),
    ('monitoring.stuck_task_threshold', '600', '600', 'seconds', 'monitoring', '{"minimum": 300, "maximum": 1800}',
        'A task without progress for this long raises an alert.'),
    ('monitoring.metrics_retention_days', '30', '30', 'days', 'monitoring', '{"minimum": 7, "maximum": 90}',
        'How long monitoring data is kept.');
