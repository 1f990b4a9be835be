-- Which insight an event tells of, where it tells of one that was raised. Not referred to: what
-- happened stays told when the insight is gone.
ALTER TABLE data_event ADD insight_id uuid;
