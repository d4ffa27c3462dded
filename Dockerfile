# The server for Home Assistant: docker build -t voice-skill .
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/voice-skill && /opt/voice-skill/bin/pip install --no-cache-dir '.[serve]'

FROM python:3.12-slim
RUN useradd --system --create-home --uid 10330 voice
COPY --from=build /opt/voice-skill /opt/voice-skill
USER voice
ENV PATH=/opt/voice-skill/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 10330
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=5s --start-period=30s CMD ["python", "-c", "import socket; s = socket.create_connection(('127.0.0.1', 10330), 3); s.sendall(b'{\"type\": \"describe\"}\\n'); assert b'info' in s.recv(100)"]
ENTRYPOINT ["voice-skill", "serve", "--host", "0.0.0.0", "--no-zeroconf"]
# Who may connect; compose.yaml says which addresses these are.
CMD ["--allow", "172.16.0.0/12"]
