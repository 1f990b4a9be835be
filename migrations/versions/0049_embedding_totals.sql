-- What all tenants together had embedded is told as a metric.
GRANT SELECT ON embedding_usage TO liftos_system;
