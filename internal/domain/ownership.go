package domain

// OwnershipState is whether the person took the control on.
type OwnershipState string

const (
	OwnershipProposed     OwnershipState = "proposed"
	OwnershipAcknowledged OwnershipState = "acknowledged"
	OwnershipEnded        OwnershipState = "ended"
)

// Ownership makes one person accountable for a control. It is handed over,
// never overwritten: the old one ends and a new one begins.
type Ownership struct {
	ID         OwnershipID    `json:"id"`
	Org        OrgID          `json:"org"`
	Control    ControlID      `json:"control"`
	Person     PersonID       `json:"person"`
	From       Date           `json:"from"`
	Until      Date           `json:"until"` // last day; zero: still
	State      OwnershipState `json:"state"`
	AssignedBy PersonID       `json:"assigned_by"`
	Version    int            `json:"version"`
}
