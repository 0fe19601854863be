package scan

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"relier/internal/domain"
)

// Clamd asks ClamAV's daemon by its INSTREAM command (clamd(8)): the bytes go
// over the socket, so that the daemon needs no right to read them.
type Clamd struct {
	network, address string
}

// NewClamd reads an address: unix:/path or tcp:host:port.
func NewClamd(address string) (*Clamd, error) {
	network, at, ok := strings.Cut(address, ":")
	if !ok || at == "" || network != "unix" && network != "tcp" {
		return nil, errors.New("write unix:/path/to/socket or tcp:host:port")
	}
	return &Clamd{network, at}, nil
}

// chunkMost is how many bytes go to the daemon at a time.
const chunkMost = 128 << 10

// versionMost is how long a verdict waits for the daemon's name, which it can
// do without.
const versionMost = 5 * time.Second

// Scan implements Scanner.
func (c *Clamd) Scan(ctx context.Context, file io.Reader) (domain.Scan, error) {
	ctx, stop := context.WithTimeout(ctx, timeMost)
	defer stop()
	out := domain.Scan{Engine: c.version(ctx)}
	answer, err := c.ask(ctx, "zINSTREAM\x00", func(w io.Writer) error { return stream(w, file) })
	if err != nil {
		return out, fmt.Errorf("%w: %w", ErrNoVerdict, err)
	}
	switch said := strings.TrimPrefix(answer, "stream: "); {
	case said == "OK":
		out.Verdict = domain.ScanClean
	case strings.HasSuffix(said, " FOUND"):
		out.Verdict, out.Threat = domain.ScanInfected, short(strings.TrimSuffix(said, " FOUND"))
	default:
		return out, fmt.Errorf("%w: it said %q", ErrNoVerdict, short(answer))
	}
	return out, nil
}

// version is how the daemon calls itself, with the date of its signatures.
func (c *Clamd) version(ctx context.Context) string {
	ctx, stop := context.WithTimeout(ctx, versionMost)
	defer stop()
	answer, err := c.ask(ctx, "zVERSION\x00", func(io.Writer) error { return nil })
	if err != nil || answer == "" {
		return "clamd"
	}
	return short(answer)
}

func (c *Clamd) ask(ctx context.Context, command string, send func(io.Writer) error) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	end := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer end()
	_, err = io.WriteString(conn, command)
	if err == nil {
		err = send(conn)
	}
	// A daemon that has had enough says so and hangs up: its answer beats ours.
	answer, readErr := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	if answer = strings.TrimRight(answer, "\x00\n"); answer != "" {
		return answer, nil
	}
	return "", errors.Join(err, readErr)
}

// stream sends chunks with their length before them and an empty one last.
func stream(w io.Writer, file io.Reader) error {
	buf := make([]byte, 4+chunkMost)
	for {
		n, err := io.ReadFull(file, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := w.Write(buf[:4+n]); err != nil {
				return err
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			_, err := w.Write(make([]byte, 4))
			return err
		}
		if err != nil {
			return err
		}
	}
}
