//go:build race

package server_test

// raced: the race detector multiplies memory, so figures of it mean nothing.
const raced = true
