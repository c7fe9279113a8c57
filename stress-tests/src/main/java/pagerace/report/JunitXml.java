// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.io.StringWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import pagerace.explore.Trace;
import pagerace.verdict.Measurement;
import pagerace.verdict.PredictionSummary.Told;
import pagerace.verdict.Verdict;

/**
 * The report as JUnit XML, for tools that show test results: one suite per class of hosts, whose first case is the run as a whole,
 * then one case per point. A verdict that fails the build is a failure; that of a point tells its reason, its counts and the
 * simplest schedule to the forbidden outcome, if the explorer has one. What is undecided is neither that nor a pass, so it is
 * a skipped case with its reason, as is a point that was skipped. The time of a case is that of its forks.
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
        xml.writeAttribute("tests", String.valueOf(1 + host.results().size()));
        xml.writeAttribute("failures", String.valueOf(count(report, host, Kind.FAILURE)));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute("skipped", String.valueOf(count(report, host, Kind.SKIPPED)));
        xml.writeAttribute(
                "time",
                String.valueOf(host.runs().stream().mapToLong(Run::elapsed).sum()));
        Map<String, Long> millis = host.measurements().stream()
                .collect(Collectors.groupingBy(Measurement::point, Collectors.summingLong(Measurement::millis)));
        run(xml, report, host);
        for (Report.Row row : report.rows(host)) {
            testcase(xml, row, millis.getOrDefault(row.point().key(), 0L));
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

    private static Kind kind(RunVerdict verdict) {
        return switch (verdict) {
            case PASSED -> Kind.PASSED;
            case UNDECIDED -> Kind.SKIPPED;
            case FAILED -> Kind.FAILURE;
        };
    }

    private static long count(Report report, HostReport host, Kind kind) {
        return Stream.concat(
                        Stream.of(kind(ofRun(report, host))),
                        host.results().stream().map(JunitXml::kind))
                .filter(its -> its == kind)
                .count();
    }

    /** Where something is missing nothing has passed. */
    private static RunVerdict ofRun(Report report, HostReport host) {
        return report.missing().isEmpty() || host.verdict() == RunVerdict.FAILED
                ? host.verdict()
                : RunVerdict.UNDECIDED;
    }

    /** Its time is that of the others. */
    private static void run(XMLStreamWriter xml, Report report, HostReport host) throws XMLStreamException {
        RunVerdict verdict = ofRun(report, host);
        String said = Stream.of(report.missingInWords(), host.headline())
                .filter(sentence -> !sentence.isEmpty())
                .collect(Collectors.joining("; "));
        begin(xml, "pagerace", "the run", 0);
        end(xml, kind(verdict), verdict, said, "", said);
    }

    private static void begin(XMLStreamWriter xml, String group, String name, long millis) throws XMLStreamException {
        line(xml, 2);
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", OneLine.of(group));
        xml.writeAttribute("name", OneLine.of(name));
        xml.writeAttribute("time", String.format(Locale.ROOT, "%.3f", millis / 1000.0));
    }

    private static void end(
            XMLStreamWriter xml, Kind kind, Enum<?> verdict, String message, String details, String output)
            throws XMLStreamException {
        said(xml, kind, verdict, message, details);
        line(xml, 3);
        xml.writeStartElement("system-out");
        xml.writeCharacters(OneLine.of(output));
        xml.writeEndElement();
        line(xml, 2);
        xml.writeEndElement();
    }

    private static void said(XMLStreamWriter xml, Kind kind, Enum<?> verdict, String message, String details)
            throws XMLStreamException {
        if (kind != Kind.PASSED) {
            line(xml, 3);
            String element = kind == Kind.FAILURE ? "failure" : "skipped";
            if (details.isEmpty()) {
                xml.writeEmptyElement(element);
            } else {
                xml.writeStartElement(element);
            }
            if (kind == Kind.FAILURE) {
                xml.writeAttribute("type", verdict.name());
            }
            xml.writeAttribute("message", OneLine.of(message));
            if (!details.isEmpty()) {
                xml.writeCharacters(details);
                xml.writeEndElement();
            }
        }
    }

    private static void testcase(XMLStreamWriter xml, Report.Row row, long millis) throws XMLStreamException {
        Result result = row.result();
        begin(xml, row.point().race(), row.name(), millis);
        String details = result.fails() ? details(row) : "";
        end(xml, kind(result), result.verdict(), Table.verdict(result), details, Table.counts(result));
    }

    /** What a reader of the failure wants to know; the text of the element, which many viewers show instead of its message. */
    private static String details(Report.Row row) {
        String said = OneLine.of(Table.verdict(row.result())) + "\n" + OneLine.of(Table.counts(row.result())) + "\n";
        Told told = row.schedule();
        return told == null
                ? said
                : said + "\nThe simplest schedule to it under " + told.under().inWords() + ":\n\n"
                        + OneLine.each(Trace.print(told.transcript()));
    }

    private static void line(XMLStreamWriter xml, int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
    }
}
