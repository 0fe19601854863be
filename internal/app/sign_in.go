package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"

	"relier/internal/domain"
	"relier/internal/store"
)

// passwordCost is Argon2id at 19 MiB, two passes, one lane (OWASP's first
// choice): about 21 ms here, where the library's default of 64 MiB takes 156.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// nobodysHash is compared against when the address is unknown, so that the
// answer takes the same time.
var nobodysHash = func() string {
	h, err := argon2id.CreateHash("nobody signs in with this", passwordCost)
	if err != nil {
		panic(err)
	}
	return h
}()

func randomBytes(b []byte) { _, _ = rand.Read(b) } // never fails: it ends the process instead

// hash hashes a password, at most two at a time: each takes 19 MiB.
func (a *App) hash(ctx context.Context, password string) (string, error) {
	if err := a.enterHash(ctx); err != nil {
		return "", err
	}
	defer a.leaveHash()
	return argon2id.CreateHash(password, passwordCost)
}

func (a *App) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := a.enterHash(ctx); err != nil {
		return false, err
	}
	defer a.leaveHash()
	return argon2id.ComparePasswordAndHash(password, hash)
}

func (a *App) enterHash(ctx context.Context) error {
	select {
	case a.hashes <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leaveHash hands the 19 MiB back to the system at once: left to the collector,
// they would stay for minutes, more than all the rest of a quiet server.
func (a *App) leaveHash() {
	<-a.hashes
	debug.FreeOSMemory()
}

// SignIn opens a session and returns its token, 43 characters of base64url.
// Unknown address, wrong password and disabled account give the same answer.
func (a *App) SignIn(ctx context.Context, email, password, userAgent, address string) (token string, err error) {
	email = domain.NormalEmail(email)
	if err := a.throttled(ctx, email, address); err != nil {
		return "", err
	}
	person, hash, err := a.store.PersonByEmail(ctx, email)
	known := err == nil && hash != ""
	if err != nil && !domain.IsNotFound(err) {
		return "", err
	}
	if !known {
		hash = nobodysHash
	}
	ok, err := a.matches(ctx, password, hash)
	if err != nil {
		return "", err
	}
	if !ok || !known || person.Disabled {
		return "", a.signInFailed(ctx, email, address)
	}
	if err := a.forgiveFailures(ctx, email, address); err != nil {
		return "", err
	}
	return a.openSession(ctx, person.ID, userAgent, address)
}

func (a *App) openSession(ctx context.Context, person domain.PersonID, userAgent, address string) (string, error) {
	var raw [32]byte
	a.random(raw[:])
	token := base64.RawURLEncoding.EncodeToString(raw[:])
	now := a.Now()
	return token, a.store.CreateSession(ctx, domain.Session{
		Token: sha256.Sum256([]byte(token)), Person: person, CreatedAt: now, SeenAt: now,
		UserAgent: shorten(userAgent, 200), Address: address,
	})
}

// Session returns whom a token belongs to. Its last use is noted at most once
// a minute: a read writes nothing.
func (a *App) Session(ctx context.Context, token string) (domain.Person, error) {
	digest := domain.Digest(sha256.Sum256([]byte(token)))
	s, err := a.store.Session(ctx, digest)
	if err != nil {
		return domain.Person{}, signedOut(err)
	}
	now := a.Now()
	if !s.Alive(now) {
		_ = a.store.EndSession(ctx, digest)
		return domain.Person{}, signedOut(domain.NotFound("session"))
	}
	person, err := a.store.Person(ctx, s.Person)
	if err != nil || person.Disabled {
		return domain.Person{}, signedOut(domain.NotFound("session"))
	}
	if now.Sub(s.SeenAt) > time.Minute {
		_ = a.store.TouchSession(ctx, digest, now) // a lost note only shortens the session
	}
	return person, nil
}

// signedOut answers a missing session with "sign in"; other errors stay.
func signedOut(err error) error {
	if domain.IsNotFound(err) {
		return &domain.Error{Kind: domain.KindUnauthenticated, Key: "error.unauthenticated"}
	}
	return err
}

// SignOut ends the session of a token.
func (a *App) SignOut(ctx context.Context, token string) error {
	return a.store.EndSession(ctx, sha256.Sum256([]byte(token)))
}

// Actor returns a person as they act in the organization with a code. To those
// who do not belong to it, it does not exist.
func (a *App) Actor(ctx context.Context, person domain.Person, orgCode string) (domain.Actor, domain.Organization, error) {
	org, err := a.store.OrganizationByCode(ctx, orgCode)
	if err != nil {
		return domain.Actor{}, domain.Organization{}, err
	}
	m, err := a.store.Membership(ctx, org.ID, person.ID)
	if err != nil || m.Until != 0 && a.Today() > m.Until {
		return domain.Actor{}, domain.Organization{}, domain.NotFound(string(domain.NounOrganization))
	}
	return domain.Actor{Person: person.ID, Name: person.Name, Org: org.ID, OrgCode: org.Code, Role: m.Role, Engagement: m.Engagement}, org, nil
}

// OrganizationsOf lists where a person may work.
func (a *App) OrganizationsOf(ctx context.Context, person domain.PersonID) ([]domain.Organization, error) {
	return a.store.OrganizationsOf(ctx, person)
}

// SetPreferences stores how a person wants pages shown; unknown values keep
// what was set.
func (a *App) SetPreferences(ctx context.Context, p domain.Person) error {
	return a.store.SetPreferences(ctx, p.ID, p.Lang, p.Theme, p.Density)
}

// SetPassword gives a person a new password and ends all their sessions.
func (a *App) SetPassword(ctx context.Context, email, password string) error {
	p, _, err := a.store.PersonByEmail(ctx, domain.NormalEmail(email))
	if err != nil {
		return err
	}
	if err := domain.CheckPassword(password, p); err != nil {
		return err
	}
	hash, err := a.hash(ctx, password)
	if err != nil {
		return err
	}
	return a.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SetPassword(ctx, p.ID, hash); err != nil {
			return err
		}
		return tx.EndSessionsOf(ctx, p.ID)
	})
}

// Throttling: after freeTries failures for one address-and-account pair each
// further try waits, and an address that fails for many accounts waits too. The
// account alone is never locked, so nobody can lock a colleague out.
const (
	freeTries        = 5
	freeTriesAddress = 50
	throttleStep     = 10 * time.Second
	throttleMost     = 15 * time.Minute
)

func buckets(email, address string) map[string]int {
	return map[string]int{"pair:" + shorten(email, 254) + "|" + address: freeTries, "address:" + address: freeTriesAddress}
}

func (a *App) throttled(ctx context.Context, email, address string) error {
	for bucket, free := range buckets(email, address) {
		failed, last, err := a.store.Failures(ctx, bucket)
		if err != nil {
			return err
		}
		if wait := throttleWait(failed - free); a.Now().Before(last.Add(wait)) {
			return &domain.Error{Kind: domain.KindUnavailable, Key: "error.throttled", Args: domain.Args{"Seconds": int(last.Add(wait).Sub(a.Now()).Seconds()) + 1}}
		}
	}
	return nil
}

// throttleWait doubles from throttleStep to throttleMost.
func throttleWait(over int) time.Duration {
	if over < 0 {
		return 0
	}
	return min(throttleStep<<min(over, 10), throttleMost)
}

func (a *App) signInFailed(ctx context.Context, email, address string) error {
	for bucket := range buckets(email, address) {
		failed, last, err := a.store.Failures(ctx, bucket)
		if err != nil {
			return err
		}
		if a.Now().Sub(last) > 24*time.Hour {
			failed = 0
		}
		if err := a.store.SetFailures(ctx, bucket, failed+1, a.Now()); err != nil {
			return err
		}
	}
	return &domain.Error{Kind: domain.KindUnauthenticated, Key: "error.sign_in"}
}

func (a *App) forgiveFailures(ctx context.Context, email, address string) error {
	return a.store.SetFailures(ctx, "pair:"+shorten(strings.ToLower(email), 254)+"|"+address, 0, a.Now())
}
