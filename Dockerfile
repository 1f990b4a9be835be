FROM python:3.13-slim
WORKDIR /app
RUN pip install --no-cache-dir uv && useradd --system --create-home liftos \
    && install --directory --owner liftos --mode 0700 /var/lib/liftos/objects
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --no-install-project
COPY . .
RUN uv sync --locked --no-dev
USER liftos
ENV PATH="/app/.venv/bin:$PATH" LIFTOS_HOST=0.0.0.0
EXPOSE 8000
CMD ["liftos", "api"]
