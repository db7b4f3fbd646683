"""What a bank would hand over: statements (ISO 20022 camt.053) of payments that were ordered, and of receipts. All synthetic."""

import xml.etree.ElementTree as xml


def tell(parent, path, text=None, **attributes):
    for name in path.split("/"):
        parent = xml.SubElement(parent, name)
    parent.text = text
    parent.attrib.update(attributes)
    return parent


SPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def ordered(order):
    """Payments of an order file: reference and fen."""
    return [(one.find(".//p:EndToEndId", SPACE).text, int(one.find(".//p:InstdAmt", SPACE).text.replace(".", "")))
            for one in xml.parse(order).getroot().iterfind(".//p:CdtTrfTxInf", SPACE)]


def bank_statement(order, path, status, day="2021-03-09", only=None):
    """What a bank would say of an order file: booked or pending, of all payments or those of some references; the
    first payment comes in two parts."""
    root = xml.parse(order).getroot()
    document = xml.Element("Document", xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")
    all_of_it = xml.SubElement(document, "BkToCstmrStmt")
    tell(all_of_it, "GrpHdr/MsgId", "synthetic")
    tell(all_of_it.find("GrpHdr"), "CreDtTm", f"{day}T08:00:00+08:00")
    statement = tell(all_of_it, "Stmt")
    tell(statement, "Id", "synthetic")
    tell(statement, "Acct/Id/Othr/Id", root.find(".//p:DbtrAcct//p:Othr/p:Id", SPACE).text)
    balance = tell(statement, "Bal")
    tell(balance, "Tp/CdOrPrtry/Cd", "CLBD")
    tell(balance, "Amt", "0.00", Ccy="CNY")
    tell(balance, "CdtDbtInd", "CRDT")
    tell(balance, "Dt/Dt", day)
    for at, (reference, fen) in enumerate(ordered(order)):
        if only is not None and reference not in only:
            continue
        parts = [fen // 2, fen - fen // 2] if at == 0 and fen > 1 else [fen]
        for part, amount in enumerate(parts):
            entry = tell(statement, "Ntry")
            tell(entry, "Amt", f"{amount // 100}.{amount % 100:02}", Ccy="CNY")
            tell(entry, "CdtDbtInd", "DBIT")
            tell(entry, "Sts/Cd", status)
            tell(entry, "BookgDt/Dt", day)
            tell(entry, "AcctSvcrRef", f"bank-{order.stem}-{at}-{part}")
            tell(entry, "BkTxCd/Prtry/Cd", "transfer")
            tell(entry, "NtryDtls/TxDtls/Refs/EndToEndId", reference)
    xml.ElementTree(document).write(path, encoding="UTF-8", xml_declaration=True)


def receipts(path, payee, payer, rows, day):
    """What a payee's bank says has come from a payer's account: rows of reference, fen, status (BOOK or PDNG)."""
    document = xml.Element("Document", xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")
    statement = tell(document, "BkToCstmrStmt/Stmt")
    tell(statement, "Acct/Id/Othr/Id", payee)
    for at, (reference, fen, status) in enumerate(rows):
        entry = tell(statement, "Ntry")
        tell(entry, "Amt", f"{fen // 100}.{fen % 100:02}", Ccy="CNY")
        tell(entry, "CdtDbtInd", "CRDT")
        tell(entry, "Sts/Cd", status)
        tell(entry, "BookgDt/Dt", day)
        tell(entry, "AcctSvcrRef", f"{path.stem}-{at}")
        detail = tell(entry, "NtryDtls/TxDtls")
        tell(detail, "Refs/EndToEndId", reference)
        tell(detail, "RltdPties/DbtrAcct/Id/Othr/Id", payer)
    xml.ElementTree(document).write(path, encoding="UTF-8", xml_declaration=True)
    return path
