// Package config is the settings of a running Relier: one struct, read once in
// cmd from flags, the environment and a settings file, and passed down. A flag
// beats the environment, which beats the file, which beats the default.
package config

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Config is every setting.
type Config struct {
	Addr           string         // host:port to listen on
	Data           string         // folder of the database and the files
	Database       string         // postgres:// address; "" for SQLite in Data
	BaseURL        *url.URL       // how people reach the server; nil: loopback only
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	MaxUpload      int64          // bytes of one uploaded file
	ScanCommand    string         // program that looks for malware in a file; "" for none
	ScanClamd      string         // ClamAV's daemon, unix:/path or tcp:host:port; "" for none
	ScanRequired   bool           // a file that could not be scanned is refused
	ScrubDays      int            // in which every stored file is read again; 0: never
	BackupTo       string         // folder of the server's own backups; "": none
	BackupEvery    time.Duration  // between two of them
	BackupKeep     int            // complete ones to keep; 0: all

	CheckpointDir  string   // folder that the log's daily checkpoint is written to; "": none
	CheckpointMail string   // address that it is mailed to; "": none
	SMTP           *url.URL // mail server; nil: no mail is sent
	MailFrom       string   // address that mail comes from
}

// FileName is the settings file in the data folder: lines of "name = value",
// # for remarks. Its names are those of the flags.
const FileName = "relier.conf"

// Default is a server for one machine.
func Default() Config {
	return Config{Addr: "127.0.0.1:8080", Data: "data", MaxUpload: 5 << 30, ScanRequired: true, ScrubDays: 30, BackupEvery: 24 * time.Hour, BackupKeep: 14}
}

type setting struct {
	name, usage string
	set         func(*Config, string) error
}

var settings = []setting{
	{"data", "folder of the database and the files", func(c *Config, v string) error { c.Data = v; return nil }},
	{"addr", "address to listen on, host:port", func(c *Config, v string) error { c.Addr = v; return nil }},
	{"database", "postgres:// address; empty for SQLite in the data folder", func(c *Config, v string) error { c.Database = v; return nil }},
	{"base-url", "how people reach the server, such as https://relier.example.org", setBaseURL},
	{"trusted-proxies", "networks whose X-Forwarded-For is believed, such as 10.0.0.0/8, separated by commas", setProxies},
	{"max-upload", "bytes of one uploaded file, at most", setMaxUpload},
	{"scan-command", "program that looks for malware in a file on its standard input, or at {}: exit code 0 clean, 1 infected", func(c *Config, v string) error { c.ScanCommand = v; return nil }},
	{"scan-clamd", "ClamAV's daemon, unix:/path or tcp:host:port", func(c *Config, v string) error { c.ScanClamd = v; return nil }},
	{"scan-required", "true refuses a file that could not be scanned, false takes it and marks it", setScanRequired},
	{"scrub-days", "days in which every stored file is read again; 0 for never", setScrubDays},
	{"backup-to", "folder that the server backs up to by itself", func(c *Config, v string) error { c.BackupTo = v; return nil }},
	{"backup-every", "time between two backups of the server, such as 24h", setBackupEvery},
	{"backup-keep", "complete backups that the server keeps; 0 for all", setBackupKeep},
	{"checkpoint-dir", "folder that the log's daily checkpoint is written to", func(c *Config, v string) error { c.CheckpointDir = v; return nil }},
	{"checkpoint-mail", "address that the log's daily checkpoint is mailed to", func(c *Config, v string) error { return setAddress(&c.CheckpointMail, v) }},
	{"smtp", "mail server, smtp://user:password@host:587 or smtps://…:465", setSMTP},
	{"mail-from", "address that mail comes from", func(c *Config, v string) error { return setAddress(&c.MailFrom, v) }},
}

// Read registers the settings as flags, parses args, and fills in from getenv
// (RELIER_DATA, RELIER_BASE_URL …) and the settings file what no flag gave.
func Read(flags *flag.FlagSet, args []string, getenv func(string) string) (Config, error) {
	given := map[string]string{}
	for _, s := range settings {
		flags.Func(s.name, s.usage, func(v string) error { given[s.name] = v; return nil })
	}
	if err := flags.Parse(args); err != nil {
		return Config{}, err
	}
	for _, s := range settings {
		env := "RELIER_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
		if v := getenv(env); v != "" && given[s.name] == "" {
			given[s.name] = v
		}
	}
	c := Default()
	if err := c.take("data", given["data"]); err != nil {
		return c, err
	}
	file, err := readFile(filepath.Join(c.Data, FileName))
	if err != nil {
		return c, err
	}
	for _, s := range settings {
		v, ok := given[s.name]
		if !ok {
			v = file[s.name]
		}
		if err := c.take(s.name, v); err != nil {
			return c, err
		}
	}
	return c, c.Check()
}

func (c *Config) take(name, value string) error {
	if value == "" {
		return nil
	}
	for _, s := range settings {
		if s.name != name {
			continue
		}
		if err := s.set(c, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	return fmt.Errorf("%s: no such setting", name)
}

// readFile reads a settings file; one that is not there holds nothing.
func readFile(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	defer f.Close()
	out := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || !known(name) || name == "data" {
			return nil, fmt.Errorf("%s, line %d: write a setting as name = value; %q is none", path, n, name)
		}
		out[name] = strings.TrimSpace(value)
	}
	return out, lines.Err()
}

func known(name string) bool {
	for _, s := range settings {
		if s.name == name {
			return true
		}
	}
	return false
}

// Check refuses settings under which people could not sign in safely.
func (c Config) Check() error {
	if c.ScanCommand != "" && c.ScanClamd != "" {
		return errors.New("give scan-command or scan-clamd, not both")
	}
	if c.BaseURL == nil && !Loopback(c.Addr) {
		return fmt.Errorf("addr %s is open to other machines: give base-url, the https address that people use, and put a TLS proxy before it", c.Addr)
	}
	if c.BaseURL != nil && c.BaseURL.Scheme != "https" && !Loopback(c.BaseURL.Host) {
		return fmt.Errorf("base-url %s must begin with https://: browsers keep no sign-in over plain http", c.BaseURL)
	}
	if c.CheckpointMail != "" && (c.SMTP == nil || c.MailFrom == "") {
		return errors.New("checkpoint-mail needs smtp, the mail server, and mail-from, the address it comes from")
	}
	return nil
}

func setAddress(to *string, v string) error {
	a, err := mail.ParseAddress(v)
	if err != nil || a.Name != "" {
		return fmt.Errorf("write %q as one address, such as audit@example.org", v)
	}
	*to = a.Address
	return nil
}

// setSMTP never repeats what was written: a password may stand in it.
func setSMTP(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return errors.New("write the mail server as smtp://user:password@host:587, or smtps:// where it speaks TLS from the start")
	}
	c.SMTP = u
	return nil
}

// Loopback reports whether a host, with or without its port, is this machine.
func Loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func setBaseURL(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("write %q as https://host, without a path", v)
	}
	c.BaseURL = &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
	return nil
}

func setProxies(c *Config, v string) error {
	c.TrustedProxies = nil
	for _, part := range strings.Split(v, ",") {
		p, err := netip.ParsePrefix(strings.TrimSpace(part))
		if err != nil {
			return fmt.Errorf("write %q as a network, such as 10.0.0.0/8", part)
		}
		c.TrustedProxies = append(c.TrustedProxies, p)
	}
	return nil
}

func setScanRequired(c *Config, v string) error {
	if v != "true" && v != "false" {
		return fmt.Errorf("write %q as true or false", v)
	}
	c.ScanRequired = v == "true"
	return nil
}

func setMaxUpload(c *Config, v string) error {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n <= 0 {
		return fmt.Errorf("write %q as a number of bytes", v)
	}
	c.MaxUpload = n
	return nil
}

func setScrubDays(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 365 {
		return fmt.Errorf("write %q as a number of days from 0 to 365", v)
	}
	c.ScrubDays = n
	return nil
}

func setBackupEvery(c *Config, v string) error {
	d, err := time.ParseDuration(v)
	if err != nil || d < time.Minute {
		return fmt.Errorf("write %q as a time of a minute or more, such as 24h", v)
	}
	c.BackupEvery = d
	return nil
}

func setBackupKeep(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return fmt.Errorf("write %q as a number of backups", v)
	}
	c.BackupKeep = n
	return nil
}
