// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import pagerace.verdict.Measurement;
import pagerace.verdict.Verdict;

/**
 * The report as JUnit XML, for whatever shows test results: one suite per class of hosts, one case per point. A verdict that
 * fails the build is a failure; a skipped point, or one that is inconclusive through the host's fault, is a skipped case with
 * its reason; a race about which nothing was decided is one more case, which fails. The time of a case is that of its forks.
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
            xml.writeStartElement("testsuites");
            for (HostReport host : report.hosts()) {
                suite(xml, report, host);
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

    private static void suite(XMLStreamWriter xml, Report report, HostReport host) throws XMLStreamException {
        line(xml, 1);
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", "pagerace");
        xml.writeAttribute("hostname", OneLine.of(host.host().toString()));
        xml.writeAttribute("timestamp", OneLine.of(host.runs().get(0).started()));
        List<String> undecided = report.undecided(host);
        xml.writeAttribute("tests", String.valueOf(host.results().size() + undecided.size()));
        xml.writeAttribute("failures", String.valueOf(count(host, Kind.FAILURE) + undecided.size()));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute("skipped", String.valueOf(count(host, Kind.SKIPPED)));
        xml.writeAttribute(
                "time",
                String.valueOf(host.runs().stream().mapToLong(Run::elapsed).sum()));
        Map<String, Long> millis = host.measurements().stream()
                .collect(Collectors.groupingBy(Measurement::point, Collectors.summingLong(Measurement::millis)));
        for (Report.Row row : report.rows(host)) {
            testcase(xml, row, millis.getOrDefault(row.point().key(), 0L));
        }
        for (String race : undecided) {
            undecided(xml, race);
        }
        line(xml, 1);
        xml.writeEndElement();
    }

    private enum Kind {
        PASSED,
        SKIPPED,
        FAILURE
    }

    private static Kind kind(Result result) {
        if (result.fails()) {
            return Kind.FAILURE;
        }
        boolean silent = result.verdict() == Verdict.SKIPPED || result.verdict() == Verdict.INCONCLUSIVE;
        return silent ? Kind.SKIPPED : Kind.PASSED;
    }

    private static long count(HostReport host, Kind kind) {
        return host.results().stream().filter(result -> kind(result) == kind).count();
    }

    private static void undecided(XMLStreamWriter xml, String race) throws XMLStreamException {
        line(xml, 2);
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", OneLine.of(race));
        xml.writeAttribute("name", "anything");
        line(xml, 3);
        xml.writeEmptyElement("failure");
        xml.writeAttribute("type", "UNDECIDED");
        xml.writeAttribute("message", OneLine.of("nothing could be decided about " + race));
        line(xml, 2);
        xml.writeEndElement();
    }

    private static void testcase(XMLStreamWriter xml, Report.Row row, long millis) throws XMLStreamException {
        Result result = row.result();
        line(xml, 2);
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", OneLine.of(row.point().race()));
        xml.writeAttribute("name", OneLine.of(row.name()));
        xml.writeAttribute("time", String.format(Locale.ROOT, "%.3f", millis / 1000.0));
        Kind kind = kind(result);
        if (kind != Kind.PASSED) {
            line(xml, 3);
            xml.writeEmptyElement(kind == Kind.FAILURE ? "failure" : "skipped");
            if (kind == Kind.FAILURE) {
                xml.writeAttribute("type", result.verdict().name());
            }
            xml.writeAttribute("message", OneLine.of(Table.verdict(result)));
        }
        line(xml, 3);
        xml.writeStartElement("system-out");
        xml.writeCharacters(Table.counts(result));
        xml.writeEndElement();
        line(xml, 2);
        xml.writeEndElement();
    }

    private static void line(XMLStreamWriter xml, int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
    }
}
