// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;
import pagerace.report.Report;
import pagerace.report.ReportFormatsTest;

/**
 * The page as a browser shows it: the one that the environment variable {@code PAGERACE_BROWSER} names, which must be there, or
 * else Chromium or Chrome on the PATH, if there is one. It never opens a connection: the pages are files that refer to nothing.
 */
class HtmlInBrowserTest {
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    /** Says in the page by how much it is wider than the window. */
    private static final String MEASURE = """
            <script>
            var root = document.documentElement;
            root.setAttribute('data-overflow', root.scrollWidth - root.clientWidth);
            </script>
            """;

    private static Path browser = Path.of("");

    @TempDir
    private Path directory = Path.of("");

    @BeforeAll
    static void findBrowser() {
        String named = System.getenv("PAGERACE_BROWSER");
        if (named != null) {
            browser = Path.of(named);
            assertThat(browser)
                    .as("what PAGERACE_BROWSER names")
                    .isRegularFile()
                    .isExecutable();
            return;
        }
        browser = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .flatMap(place -> NAMES.stream().map(name -> Path.of(place, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new TestAbortedException(
                        "no browser: none of " + NAMES + " on the PATH, and PAGERACE_BROWSER names none"));
    }

    /** What the browser made of the page; its picture is in {@code page.png}. */
    private String show(Report report, int width, String fragment) throws IOException, InterruptedException {
        return show(report, width, fragment, MEASURE);
    }

    private String show(Report report, int width, String fragment, String script)
            throws IOException, InterruptedException {
        Path page = directory.resolve("page.html");
        Files.writeString(page, HtmlReport.of(report).replace("</body>", script + "</body>"));
        Path dom = directory.resolve("dom.html");
        Process process = new ProcessBuilder(
                        browser.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--hide-scrollbars",
                        "--user-data-dir=" + directory.resolve("profile"),
                        "--window-size=" + width + ",1200",
                        "--screenshot=" + directory.resolve("page.png"),
                        "--dump-dom",
                        page.toUri() + fragment)
                .redirectOutput(dom.toFile())
                .redirectError(directory.resolve("errors.txt").toFile())
                .start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES))
                    .as("the browser ends")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(dom);
    }

    /** How much of the picture is not the ground. */
    private double inked() throws IOException {
        BufferedImage picture = ImageIO.read(directory.resolve("page.png").toFile());
        int ground = picture.getRGB(0, 0);
        long inked = IntStream.range(0, picture.getHeight())
                .mapToLong(y -> IntStream.range(0, picture.getWidth())
                        .filter(x -> picture.getRGB(x, y) != ground)
                        .count())
                .sum();
        return (double) inked / ((long) picture.getWidth() * picture.getHeight());
    }

    @ParameterizedTest
    @ValueSource(ints = {1400, 500})
    void showsEveryVerdictInItsWidth(int width) throws IOException, InterruptedException {
        assertThat(show(ReportFormatsTest.report(), width, ""))
                .contains("data-overflow=\"0\"")
                .contains("HOLDS", "REPRODUCED", "UNPREDICTED", "INCONCLUSIVE")
                .contains("<label>Only rows with ");
        assertThat(inked()).isBetween(0.02, 0.9);
    }

    /** Types each into the filter, and says in the page how many rows are left and what is said of that. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5.2 | 13 | 13 rows of variants of mainline 5.2",
                "v5.3.17-generic | 13 | 13 rows of variants of mainline v5.3.17-generic",
                "5.4 | 0 | No row fits.",
                "5.0 | 0 | No row fits.",
                "relaxed | 2 | 2 rows",
                "no such thing | 0 | No row fits.",
            })
    void theFilterUnderstandsReleasesAndWords(String typed, int rows, String said)
            throws IOException, InterruptedException {
        String script = """
                <script>
                var box = document.querySelector('input[type=search]');
                box.value = '%s';
                box.dispatchEvent(new Event('input'));
                document.documentElement.setAttribute('data-rows',
                  document.querySelectorAll('.matrix tbody:not([hidden]) tr:not(.race):not([hidden])').length);
                document.documentElement.setAttribute('data-said', document.querySelector('[role=status]').textContent);
                </script>
                """.formatted(typed);
        assertThat(show(ReportFormatsTest.report(), 1000, "", script))
                .contains("data-rows=\"" + rows + "\"")
                .contains("data-said=\"" + said + "\"");
    }

    @Test
    void aLinkOpensThePartThatItLeadsTo() throws IOException, InterruptedException {
        assertThat(show(Pages.onTwoHosts(), 1000, "#point-UnpinDirtyVsClean-ALWAYS_LOCK"))
                .contains("data-overflow=\"0\"")
                .containsOnlyOnce("<details class=\"point\" open=\"\">")
                .contains("<svg");
        assertThat(inked()).isBetween(0.02, 0.9);
    }
}
