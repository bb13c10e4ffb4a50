package storage

import (
	"errors"
)

// ErrLoginTaken tells that another account has the login.
var ErrLoginTaken = errors.New("the login is taken")

// What a write can meet.
var (
	// ErrStale tells that another write came first: the entry has another version, or what it
	// is to stand below has moved.
	ErrStale = errors.New("another write came first")
	// ErrAttempted tells that a change under the same idempotency key was begun.
	ErrAttempted = errors.New("the change was begun before")
)

// SlugTakenError tells that a slug belongs to another entry.
type SlugTakenError struct{ Slug string }

// Error implements error.
func (e *SlugTakenError) Error() string { return "the slug " + e.Slug + " is taken" }

// fault is called between the steps of a write with the name of the step that is
// done. Tests kill the program there.
var fault = func(string) {}
