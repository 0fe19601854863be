package testkit

import (
	"sync"
	"time"

	"relier/internal/domain"
)

// Clock is a clock that stands still until it is moved.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock that shows a moment.
func NewClock(at time.Time) *Clock { return &Clock{at: at.UTC()} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Today is the day that the clock shows.
func (c *Clock) Today() domain.Date { return domain.DateOf(c.Now()) }

// Set moves the clock to a moment, forwards or back.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at.UTC()
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }
