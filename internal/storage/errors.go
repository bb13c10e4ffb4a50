package storage

import (
	"errors"
)

// ErrLoginTaken means that another account has the login.
var ErrLoginTaken = errors.New("the login is taken")

// The errors of a write.
var (
	// ErrStale means that another write came first: the entry has another version, or its new parent was moved.
	ErrStale = errors.New("another write came first")
	// ErrAttempted means that a change with the same idempotency key was started before.
	ErrAttempted = errors.New("the change was begun before")
)

// SlugTakenError means that a slug belongs to another entry.
type SlugTakenError struct{ Slug string }

// Error implements error.
func (e *SlugTakenError) Error() string { return "the slug " + e.Slug + " is taken" }

// fault is called between the steps of a write with the name of the finished step. Tests stop the program there.
var fault = func(string) {}
