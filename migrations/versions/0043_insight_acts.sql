-- What people say of an insight with an act, and whose it was from then on. `cause` and
-- `calendar_event_id` explain it; an assignment leaves the state as it was.
ALTER TABLE insight_act
    ADD owner text,
    ADD cause text,
    ADD calendar_event_id uuid,
    ADD is_assignment boolean NOT NULL DEFAULT false;
CREATE INDEX insight_incident ON insight (tenant_id, incident_id) WHERE incident_id IS NOT NULL;
