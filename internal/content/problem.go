package content

// ProblemCode sorts what is wrong with what an editor sent, and what was mended in it.
type ProblemCode string

// The codes of problems, which keep a change from being written.
const (
	ProblemRequired    ProblemCode = "REQUIRED"
	ProblemInvalid     ProblemCode = "INVALID"
	ProblemTooLong     ProblemCode = "TOO_LONG"
	ProblemNotFound    ProblemCode = "NOT_FOUND"
	ProblemTaken       ProblemCode = "TAKEN"
	ProblemCycle       ProblemCode = "CYCLE"
	ProblemPlaceholder ProblemCode = "PLACEHOLDER"
	ProblemMojibake    ProblemCode = "MOJIBAKE"
	ProblemConflict    ProblemCode = "CONFLICT"
	ProblemIllegalMove ProblemCode = "ILLEGAL_MOVE"
	ProblemInUse       ProblemCode = "IN_USE"
	ProblemForbidden   ProblemCode = "FORBIDDEN"
	ProblemUnavailable ProblemCode = "UNAVAILABLE"
	// ProblemSessionNotKept is told of a sign-in whose cookie would not come back; also as a notice.
	ProblemSessionNotKept ProblemCode = "SESSION_NOT_KEPT"
)

// The codes of notices, which tell of what was written otherwise than it was sent.
const (
	NoticeRepaired  ProblemCode = "REPAIRED"
	NoticeLost      ProblemCode = "LOST"
	NoticeDuplicate ProblemCode = "DUPLICATE"
	NoticeMerged    ProblemCode = "MERGED"
	NoticeHidden    ProblemCode = "HIDDEN"
)

// Problem is one thing that is wrong with what an editor sent, or that was mended.
type Problem struct {
	Code ProblemCode
	// Message says what is wrong and what to do, in the editor's language.
	Message string
	// Path leads to it in the arguments: "input", "agenda", "0", "title".
	Path []string
	// Entries are those that it is about, where it is about others than the one that was changed.
	Entries []ID
}
