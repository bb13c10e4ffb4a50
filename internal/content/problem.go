package content

// ProblemCode is the code of a problem or a notice.
type ProblemCode string

// The codes of problems. A change with a problem is not written.
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
	// ProblemSessionNotKept is for a sign-in whose browser would not send the cookie back; it is also a notice.
	ProblemSessionNotKept ProblemCode = "SESSION_NOT_KEPT"
)

// The codes of notices. A notice says what was stored differently from what was sent, or what else to know.
const (
	NoticeRepaired  ProblemCode = "REPAIRED"
	NoticeLost      ProblemCode = "LOST"
	NoticeDuplicate ProblemCode = "DUPLICATE"
	NoticeMerged    ProblemCode = "MERGED"
	NoticeHidden    ProblemCode = "HIDDEN"
)

// Problem is an error in what an editor sent, or a notice about it.
type Problem struct {
	Code ProblemCode
	// Message says what is wrong and what to do, in the editor's language.
	Message string
	// Path is the place in the arguments: "input", "agenda", "0", "title".
	Path []string
	// Entries are the entries that the problem is about, if they are not the changed entry itself.
	Entries []ID
}
