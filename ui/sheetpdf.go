package ui

import "errors"

func (c *Console) sheetPDF(sheet, sheetLook) ([]byte, error) { return nil, errors.New("ui: no PDF") }
