# Sen as one static binary in an otherwise empty image, run by a user without rights.
# This file was linted, but not built: no container engine was at hand where it was written.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /sen ./server \
    && mkdir -p /rootfs/data /rootfs/tmp && chmod 1777 /rootfs/tmp && chown 65532:65532 /rootfs/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 /rootfs/ /
COPY --from=build /sen /sen
# The embedded engine's folder, for trying out, and the search index, which can be made again.
VOLUME /data
ENV SEN_LISTEN=0.0.0.0:8080 SEN_DATA=/data
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["/sen", "health", "--listen", "127.0.0.1:8080"]
ENTRYPOINT ["/sen"]
