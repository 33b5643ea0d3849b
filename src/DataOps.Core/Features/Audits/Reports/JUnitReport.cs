using System.Globalization;
using System.Text;
using System.Xml;

namespace DataOps.Core.Features.Audits.Reports;

/// <summary>
/// JUnit's XML, as build servers read it: an audit is a suite, a finding a test that failed, a known one a test that
/// was skipped.
/// </summary>
public static class JUnitReport
{
    /// <summary>The document.</summary>
    public static string Of(AuditFindings audit)
    {
        StringBuilder text = new();
        using (XmlWriter xml = XmlWriter.Create(text, new() { Indent = true, OmitXmlDeclaration = true }))
        {
            ILookup<Audit, Finding> suites = audit.Present.ToLookup(f => f.Audit ?? default);
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", Clean($"{audit.Database} on {audit.Server}"));
            foreach (Audit suite in audit.Audits)
                Suite(xml, audit, suite, [.. suites[suite]]);
            xml.WriteEndElement();
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text + "\n";
    }

    private static void Suite(XmlWriter xml, AuditFindings audit, Audit suite, Finding[] findings)
    {
        int known = findings.Count(f => f.Change == FindingChange.Known);
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", $"{suite}");
        xml.WriteAttributeString("tests", $"{Math.Max(findings.Length, 1)}");
        xml.WriteAttributeString("failures", $"{findings.Length - known}");
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("skipped", $"{known}");
        xml.WriteAttributeString("time", "0");
        xml.WriteAttributeString(
            "timestamp", audit.Time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        if (findings.Length == 0)
            Case(xml, suite, "no finding", () => { });
        foreach (Finding finding in findings)
            Case(xml, suite, Clean($"{finding.Class}: {AuditFindings.Place(finding)}"), () => Outcome(xml, finding));
        xml.WriteEndElement();
    }

    private static void Case(XmlWriter xml, Audit suite, string name, Action outcome)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", $"DataOps.{suite}");
        xml.WriteAttributeString("name", name);
        xml.WriteAttributeString("time", "0");
        outcome();
        xml.WriteEndElement();
    }

    private static void Outcome(XmlWriter xml, Finding finding)
    {
        bool isKnown = finding.Change == FindingChange.Known;
        xml.WriteStartElement(isKnown ? "skipped" : "failure");
        xml.WriteAttributeString("message", Clean(finding.Problem));
        if (!isKnown)
        {
            xml.WriteAttributeString("type", $"{finding.Severity}");
            xml.WriteString(Clean(finding.Remedy ?? ""));
        }
        xml.WriteEndElement();
    }

    // XML has no place for control characters.
    private static string Clean(string text) => string.Concat(
        VisibleText.Of(text).Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\ufffd'));
}
