package mail_test

import (
	"bufio"
	"context"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"relier/internal/mail"
)

// postOffice is a mail server that takes one message, or refuses it.
func postOffice(t *testing.T, refuse bool) (*url.URL, <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		r := bufio.NewReader(c)
		say := func(s string) { _, _ = c.Write([]byte(s + "\r\n")) }
		say("220 here")
		var all strings.Builder
		for data := false; ; {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			all.WriteString(line)
			switch verb := strings.ToUpper(strings.TrimSpace(line)); {
			case data && verb == ".":
				data = false
				say("250 taken")
				got <- all.String()
			case data:
			case strings.HasPrefix(verb, "RCPT") && refuse:
				say("550 nobody of that name")
			case verb == "DATA":
				data = true
				say("354 go on")
			case verb == "QUIT":
				say("221 bye")
				return
			default:
				say("250 ok")
			}
		}
	}()
	return &url.URL{Scheme: "smtp", Host: l.Addr().String()}, got
}

func TestSend_HandsTheMessageIn(t *testing.T) {
	t.Parallel()
	at, got := postOffice(t, false)
	err := mail.Server{URL: at, From: "relier@example.org"}.Send(context.Background(), mail.Message{
		To: "audit@example.org", Subject: "Point de contrôle", Text: "Voici.", Files: []mail.File{{Name: "checkpoint.txt", Content: []byte("signed\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case m := <-got:
		for _, want := range []string{"MAIL FROM:<relier@example.org>", "RCPT TO:<audit@example.org>", `filename="checkpoint.txt"`, "Voici."} {
			if !strings.Contains(m, want) {
				t.Errorf("no %q in\n%s", want, m)
			}
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
	}
}

func TestSend_SaysWhatFailed(t *testing.T) {
	t.Parallel()
	at, _ := postOffice(t, true)
	m := mail.Message{To: "audit@example.org", Subject: "S", Text: "T"}
	if err := (mail.Server{URL: at, From: "relier@example.org"}).Send(context.Background(), m); err == nil {
		t.Error("a refused recipient passed")
	}
	if err := (mail.Server{URL: at, From: "not an address"}).Send(context.Background(), m); err == nil {
		t.Error("a sender that is none passed")
	}
	closed := &url.URL{Scheme: "smtp", Host: "127.0.0.1:1"}
	if err := (mail.Server{URL: closed, From: "relier@example.org"}).Send(context.Background(), m); err == nil {
		t.Error("nobody answered, and it passed")
	}
}
