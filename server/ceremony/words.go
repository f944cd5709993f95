package ceremony

import "nightlatch/server/api"

// words is the table of refusals.
func words(reason Reason) (code, rule, title, detail string) {
	switch reason {
	case WrongCredentials:
		return api.InvalidCredentials, "R42", "User name or password is wrong",
			"They don't belong together, or the account is locked. Check the spelling and the caps lock key, then try again."
	case WrongPassword:
		return api.InvalidCredentials, "R3", "That is not your password",
			"The password of this account was asked for, to be sure that it is you. Check the caps lock key, then try again."
	case PasswordGone:
		return api.InvalidCredentials, "R6", "The password has been changed",
			"It was changed elsewhere after you entered it here. Enter the new one to go on."
	case UsernameTaken:
		return api.UsernameTaken, "R0", "That user name is taken",
			"Another account has it; capital and small letters count as the same. Choose another name."
	case PasswordShort:
		return api.PasswordRefused, "R0", "That password is too short",
			"Short passwords are soon guessed. Choose a longer one, such as a few unrelated words."
	case PasswordLong:
		return api.PasswordRefused, "R0", "That password is too long",
			"At most 128 characters can be kept. Choose a shorter one."
	case PasswordCommon:
		return api.PasswordRefused, "R0", "That password is too common",
			"It is one of those that are tried first: a common word, or a pattern such as one sign again and again. Choose one that nobody else would think of."
	case PasswordIsName:
		return api.PasswordRefused, "R0", "That password contains the user name",
			"Who knows the name would try it first. Choose one that has nothing to do with the name."
	}
	if code, rule, title, detail = codeWords(reason); code != "" {
		return code, rule, title, detail
	}
	return methodWords(reason)
}

// codeWords has the words about six-digit and backup codes.
func codeWords(reason Reason) (code, rule, title, detail string) {
	switch reason {
	case WrongCode:
		return api.WrongCode, "R11", "That is not the code",
			"It differs from the one that was sent last. Check the newest message and type the six digits again."
	case WrongAppCode:
		return api.WrongCode, "R21", "That is not the code",
			"It is not the one that your app shows now for this account. Wait for the next one and type it before it changes."
	case CodeExpired:
		return api.CodeExpired, "R11", "That code has expired",
			"Codes are good for a short time only. Ask for a new one with Send again."
	case NoCodeSent:
		return api.CodeExpired, "R12", "There is no code to enter yet",
			"None has been sent. Ask for one with Send again, or choose another way."
	case CodeUsed:
		return api.CodeUsed, "R11", "That code was used already",
			"Each code that is sent works once. Ask for a new one with Send again."
	case AppCodeUsed:
		return api.CodeUsed, "R22", "That code was used already",
			"Each code of the app works once. Wait until the app shows the next one."
	case ClockDrift:
		return api.ClockDrift, "R23", "The clock of your phone is off",
			"The code was made for another time than now. Set the phone's clock to automatic, then type the code it shows."
	case TooManyTries:
		return api.TooManyTries, "R11", "That code can't be tried any more",
			"It was entered wrong too often. Ask for a new one with Send again."
	case Throttled:
		return api.Throttled, "R43", "Too many tries",
			"After several failures in a row each further try has to wait, and was not looked at. Try again at the time shown."
	case Disabled:
		return api.TooManyTries, "R43", "This way in is locked",
			"There were too many failures in a row. It stays locked until it is set up again by whoever runs this server."
	case SendLimit:
		return api.Throttled, "R12", "Too many codes were sent",
			"Codes were sent several times and never entered. Wait until the time shown, or choose another way."
	case ResendEarly:
		return api.ResendTooEarly, "R12", "Please wait a little longer",
			"Messages can be late. The code can be sent again at the time shown."
	case CannotMail:
		return api.CannotSend, "R4", "Mail can't be sent",
			"This server has no mail server set up. Whoever runs it has to name one; then try again."
	case CannotText:
		return api.CannotSend, "R11", "Text messages can't be sent",
			"This server has no text gateway set up. Use another method, or ask whoever runs it to name one."
	case TextsStopped:
		return api.CannotSend, "R18", "This phone wants no texts",
			"It sent us STOP, and nothing is texted to it since. Text GO to 40404 from it and ask for a new code, or choose another way."
	case BackupUnknown:
		return api.BackupCodeInactive, "R74", "That is not one of your backup codes",
			"No backup code of this account reads like that. Check the sheet and type the whole code again."
	case BackupUsed:
		return api.BackupCodeInactive, "R74", "That backup code was used already",
			"Each backup code works once. Use the one with the number that is asked for."
	case BackupVoid:
		return api.BackupCodeInactive, "R74", "That backup code is void",
			"It was replaced or cancelled and no longer works. Use a newer one, or choose another way."
	case BackupOrderVoids:
		return api.BackupCodeOutOfOrder, "R73", "That backup code was out of order",
			"Backup codes must be used in the order of their numbers. To be safe, all generated so far are now void. " +
				"Sign in another way and generate a new one."
	case BackupOrder:
		return api.BackupCodeOutOfOrder, "R73", "That backup code was out of order",
			"Backup codes must be used in the order of their numbers. Use the one with the number that is asked for."
	}
	return "", "", "", ""
}

// methodWords has the words about security keys, methods and contacts.
func methodWords(reason Reason) (code, rule, title, detail string) {
	switch reason {
	case KeyEnrolled:
		return api.KeyAlreadyEnrolled, "R33", "That security key is enrolled already",
			"It is in the list of this account's keys. Use another key to add one."
	case KeyOtherAccount:
		return api.KeyAlreadyEnrolled, "R33", "That security key's credential is in use",
			"It was given to another account. Take the key out, put it in again and start over."
	case KeyUnknown:
		return api.KeyUnknown, "R33", "That security key does not belong to this account",
			"It is not in the list of the account's keys. Use one that is, or choose another way."
	case KeyRefused:
		return api.Denied, "R30", "The security key's answer was refused",
			"Its signature or what it signed does not fit this request. Touch the key again to retry."
	case KeyFromLab:
		return api.KeyFromLab, "R30", "That is a virtual key of the lab",
			"It exists only inside a program, so it would protect nothing here. Use a security key that you can hold in your hand."
	case KeyCopied:
		return api.KeyPossiblyCopied, "R34", "That security key may have been copied",
			"Its counter did not grow since it was last used, so there may be two of it. Choose another way, then delete the key."
	case KeyNoPIN:
		return api.KeyNotVerified, "R30", "The security key did not check who you are",
			"This server wants the key's PIN or fingerprint, so that a key that was found opens nothing. " +
				"Set a PIN on the key if it has none, then touch it again. A key that can't have one is of no use here."
	case KeyFormat:
		return api.Denied, "R30", "That is no USB or NFC security key",
			"It vouches for itself in a way that only parts of a computer or phone do. Use a security key."
	case KeyForeignRP:
		return api.KeyElsewhere, "R30", "That security key was set up for another name of this server",
			"A security key answers only to the name it was set up for. Choose another way, then add the key again."
	case KeyForeignRPOnly:
		return api.KeyElsewhere, "R30", "That security key was set up for another name of this server",
			"A security key answers only to the name it was set up for, and no other way is on. " +
				"Ask whoever runs this server to let it go by the old name again, then add another way."
	case KeysFull:
		return api.KeysFull, "R31", "No more security keys fit",
			"An account can have 20. Delete one that is no longer used, then add the new one."
	case MethodNotOn:
		return api.Conflict, "R60", "That method is not on",
			"There is nothing to turn off. Look at the list of methods again."
	case Changed:
		return api.Conflict, "R61", "The account has changed in the meantime",
			"What this step was about to do is no longer the same. Look at it again, then confirm."
	case SameEmail:
		return api.Conflict, "R6", "That is your address already",
			"It is confirmed and in use. Enter another one, or cancel."
	case SamePhone:
		return api.Conflict, "R16", "That is your number already",
			"It is proved and in use. Enter another one, or cancel."
	case SamePassword:
		return api.Conflict, "R6", "That is your password already",
			"Nothing would change. Choose another one, or cancel."
	}
	return api.Malformed, "", "That can't be read", string(reason)
}
