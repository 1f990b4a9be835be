-- Attribution rows are summed from entries and calendars that other revisions made: nothing to
-- change. The revision stays, for the databases that passed it.
SELECT;
