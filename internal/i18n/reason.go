package i18n

import "strconv"

// Reason turns a rule's reason into its sentence: the message prefix.code with
// the parameters as this language writes them. prefix is "cause" for a gate that
// failed, "ground" for one that passed, "readiness" for a control's bucket.
func (l *Localizer) Reason(prefix, code string, params map[string]string) string {
	args := make(map[string]any, len(params))
	count, counted := 0, false
	for name, value := range params {
		args[name] = l.param(name, value)
		if n, err := strconv.Atoi(value); err == nil && (name == "Count" || name == "Days") {
			count, counted = n, true
		}
	}
	if counted {
		return l.N(prefix+"."+code, count, args)
	}
	return l.T(prefix+"."+code, args)
}

// param writes one parameter; its name says what it is.
func (l *Localizer) param(name, value string) string {
	switch name {
	case "From", "To", "On", "Due", "Since":
		return l.Date(value)
	case "Environment", "Named":
		return l.T("environment."+value, nil)
	case "Party":
		return l.T("party."+value, nil)
	case "Edition":
		return "ISO/IEC 27001:" + value
	case "Count", "Days":
		if n, err := strconv.Atoi(value); err == nil {
			return l.Number(n)
		}
	}
	return value
}
