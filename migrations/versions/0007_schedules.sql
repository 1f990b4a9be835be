-- Schedules of runs.
SELECT;
