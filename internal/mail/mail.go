// Package mail sends a message through a mail server, and nothing more: who is
// told what, and when, is decided above it.
package mail

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Server is where mail is handed in.
type Server struct {
	URL  *url.URL // smtp://user:password@host:587, or smtps:// with TLS from the start
	From string   // address that mail comes from
}

// Message is one mail to one person.
type Message struct {
	To, Subject, Text string
	Files             []File
}

// File goes with a message.
type File struct {
	Name    string
	Content []byte
}

// patience is how long one step of the conversation may take.
const patience = 30 * time.Second

// Send hands a message in. It returns once the server took it.
func (s Server) Send(ctx context.Context, m Message) error {
	msg := gomail.NewMsg()
	if err := msg.From(s.From); err != nil {
		return fmt.Errorf("send mail: the sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return fmt.Errorf("send mail: the recipient: %w", err)
	}
	msg.Subject(m.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	for _, f := range m.Files {
		if err := msg.AttachReader(f.Name, bytes.NewReader(f.Content)); err != nil {
			return fmt.Errorf("send mail: %w", err)
		}
	}
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return nil
}

// client insists on TLS, except towards this machine.
func (s Server) client() (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithTimeout(patience)}
	switch {
	case s.URL.Scheme == "smtps":
		options = append(options, gomail.WithSSLPort(false))
	case loopback(s.URL.Hostname()):
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if port, err := strconv.Atoi(s.URL.Port()); err == nil {
		options = append(options, gomail.WithPort(port))
	}
	if name := s.URL.User.Username(); name != "" {
		password, _ := s.URL.User.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(name), gomail.WithPassword(password))
	}
	return gomail.NewClient(s.URL.Hostname(), options...)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
