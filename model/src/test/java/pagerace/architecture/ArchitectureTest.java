// SPDX-License-Identifier: Apache-2.0
package pagerace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.FailureReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house rules of the model, and for each of them the proof that it bites. */
class ArchitectureTest {
    private static final String MACHINE = "pagerace.machine.HardwareMachine";
    private static final String BROKEN = "pagerace.broken";

    private static final JavaClasses MODEL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("pagerace");
    private static final JavaClasses FIXTURES = new ClassFileImporter().importPackages(BROKEN);

    static Stream<Rules.Rule> model() {
        return new Rules("pagerace", MACHINE).all().stream();
    }

    static Stream<Rules.Rule> broken() {
        return new Rules(BROKEN, MACHINE).all().stream();
    }

    @ParameterizedTest
    @MethodSource("model")
    void theModelKeeps(Rules.Rule rule) {
        rule.rule().check(MODEL);
    }

    @ParameterizedTest
    @MethodSource("broken")
    void theRuleFindsItsOffenders(Rules.Rule rule) {
        FailureReport report = rule.rule().evaluate(FIXTURES).getFailureReport();
        assertThat(rule.offenders()).isNotEmpty();
        for (String offender : rule.offenders()) {
            assertThat(report.getDetails())
                    .as("violations of: %s", rule)
                    .anyMatch(detail -> detail.contains(BROKEN + "." + offender));
        }
    }

    /** A row of the page's table: package, what it holds, what it uses. */
    private static final Pattern PACKAGE = Pattern.compile("\\| `([a-z.]+)` \\| .* \\| (.*) \\|");

    @Test
    void thePageShowsWhatEachPackageMayUse() throws IOException {
        Map<String, List<String>> shown = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("..", "docs", "architecture.md"))) {
            Matcher row = PACKAGE.matcher(line);
            if (row.matches()) {
                shown.put(
                        row.group(1),
                        row.group(2).equals("-")
                                ? List.of()
                                : List.of(row.group(2).replace("`", "").split(", ")));
            }
        }
        assertThat(shown).isEqualTo(Rules.MAY_IMPORT);
    }

    /** The model was really read: an importer that finds nothing would keep every rule. */
    @Test
    void theModelIsThere() {
        assertThat(MODEL).anyMatch(type -> type.getName().equals(MACHINE));
        assertThat(MODEL).noneMatch(type -> type.getName().startsWith(BROKEN));
    }
}
