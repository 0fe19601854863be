// Package journey holds tests only: what people do in a real browser, from
// their first visit to a pack that a stranger checks, in both languages, with
// and without JavaScript; and pictures and accessibility checks of every page.
package journey
