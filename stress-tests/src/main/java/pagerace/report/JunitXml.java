// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import pagerace.verdict.Verdict;

/**
 * The report as JUnit XML, for whatever shows test results: one case per point. A verdict that fails the build is a failure;
 * a skipped point, or one that is inconclusive through the host's fault, is a skipped case with its reason.
 */
public final class JunitXml {
    private JunitXml() {}

    /** The text of {@code junit.xml}. */
    public static String of(Report report) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            line(xml, 0);
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "pagerace");
            xml.writeAttribute("tests", String.valueOf(report.results().size()));
            xml.writeAttribute("failures", String.valueOf(count(report, Kind.FAILURE)));
            xml.writeAttribute("errors", "0");
            xml.writeAttribute("skipped", String.valueOf(count(report, Kind.SKIPPED)));
            xml.writeAttribute("time", String.valueOf(report.run().elapsed()));
            for (Report.Result result : report.results()) {
                testcase(xml, result);
            }
            line(xml, 0);
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text + "\n";
    }

    private enum Kind {
        PASSED,
        SKIPPED,
        FAILURE
    }

    private static Kind kind(Report.Result result) {
        if (result.fails()) {
            return Kind.FAILURE;
        }
        boolean silent = result.verdict() == Verdict.SKIPPED || result.verdict() == Verdict.INCONCLUSIVE;
        return silent ? Kind.SKIPPED : Kind.PASSED;
    }

    private static long count(Report report, Kind kind) {
        return report.results().stream().filter(result -> kind(result) == kind).count();
    }

    private static void testcase(XMLStreamWriter xml, Report.Result result) throws XMLStreamException {
        line(xml, 1);
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", result.race());
        xml.writeAttribute("name", result.key().substring(result.race().length() + 1));
        Kind kind = kind(result);
        if (kind != Kind.PASSED) {
            line(xml, 2);
            xml.writeEmptyElement(kind == Kind.FAILURE ? "failure" : "skipped");
            if (kind == Kind.FAILURE) {
                xml.writeAttribute("type", result.verdict().name());
            }
            xml.writeAttribute("message", Table.verdict(result));
        }
        line(xml, 2);
        xml.writeStartElement("system-out");
        xml.writeCharacters(Table.counts(result));
        xml.writeEndElement();
        line(xml, 1);
        xml.writeEndElement();
    }

    private static void line(XMLStreamWriter xml, int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
    }
}
