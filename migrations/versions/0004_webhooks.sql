-- Events that webhooks bring.
SELECT;
