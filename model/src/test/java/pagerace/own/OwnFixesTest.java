// SPDX-License-Identifier: Apache-2.0
package pagerace.own;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagerace.machine.Machine;
import pagerace.mm.Steps;
import pagerace.mm.op.MarkDirty;

class OwnFixesTest {
    private static final String REST =
            "; what META-INF/services/pagerace.own.OwnFix names must be a public subclass of OwnFix with a public constructor"
                    + " that has no parameters.";

    @TempDir
    private Path directory;

    /** Has a constructor that nobody can call. */
    public static final class Closed extends OwnFix<MarkDirty, MarkDirty.Step> {
        private Closed() {
            super("UnpinDirtyVsClean", "PRECHECK", MarkDirty.class, Steps.of(), "nothing");
        }

        @Override
        public MarkDirty operation(Machine machine, MarkDirty builtIn, Steps<MarkDirty.Step> steps) {
            return builtIn;
        }
    }

    /** Has a constructor that fails. */
    public static final class Failing extends OwnFix<MarkDirty, MarkDirty.Step> {
        /** Fails. */
        public Failing() {
            super("UnpinDirtyVsClean", "PRECHECK", MarkDirty.class, Steps.of(), "nothing");
            throw new IllegalStateException("mine");
        }

        @Override
        public MarkDirty operation(Machine machine, MarkDirty builtIn, Steps<MarkDirty.Step> steps) {
            return builtIn;
        }
    }

    private OwnFixes load(String... lines) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(OwnFix.class.getName()), String.join("\n", lines));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, OwnFix.class.getClassLoader())) {
            return OwnFixes.of(loader);
        }
    }

    @Test
    void aFixThatAFileNamesIsFound() throws IOException {
        OwnFixes found = load(FenceFirst.class.getName() + " # mine");
        assertThat(found.fixes()).singleElement().isInstanceOf(FenceFirst.class);
        assertThat(found.complaints()).isEmpty();
    }

    @Test
    void thereIsNoneHere() {
        assertThat(OwnFixes.onClassPath().fixes()).isEmpty();
        assertThat(OwnFixes.onClassPath().complaints()).isEmpty();
    }

    @Test
    void eachThatCannotBeLoadedIsOneSentenceAndTheOthersAreFound() throws IOException {
        OwnFixes found = load(
                "NoSuchClass",
                Steps.class.getName(),
                Closed.class.getName(),
                Failing.class.getName(),
                FenceFirst.class.getName());
        assertThat(found.fixes()).singleElement().isInstanceOf(FenceFirst.class);
        assertThat(found.complaints())
                .containsExactly(
                        "An own fix cannot be loaded: Provider NoSuchClass not found" + REST,
                        "An own fix cannot be loaded: pagerace.mm.Steps not a subtype" + REST,
                        "An own fix cannot be loaded: " + Closed.class.getName()
                                + " Unable to get public no-arg constructor: java.lang.NoSuchMethodException: "
                                + Closed.class.getName() + ".<init>()" + REST,
                        "An own fix cannot be loaded: Provider " + Failing.class.getName()
                                + " could not be instantiated: java.lang.IllegalStateException: mine" + REST);
    }

    @Test
    void aFileThatIsNoListOfClasses() throws IOException {
        assertThat(load("two words").complaints())
                .singleElement()
                .asString()
                .startsWith("An own fix cannot be loaded: ")
                .contains("Illegal configuration-file syntax");
    }

    @Test
    void namesAreSpelledAsConstantsAre() {
        assertThat(new FenceFirst().name()).isEqualTo("FENCE_FIRST");
        assertThat(new GUPFixNo2().name()).isEqualTo("GUP_FIX_NO2");
    }

    private static final class GUPFixNo2 extends OwnFix<MarkDirty, MarkDirty.Step> {
        GUPFixNo2() {
            super("UnpinDirtyVsClean", "PRECHECK", MarkDirty.class, Steps.of(), "nothing");
        }

        @Override
        public MarkDirty operation(Machine machine, MarkDirty builtIn, Steps<MarkDirty.Step> steps) {
            return builtIn;
        }
    }

    @Test
    void whatIsWrongWithFixesIsToldFromOtherFailures() {
        BadFix bad = new BadFix(List.of("One.", "Two."));
        assertThat(BadFix.causeOf(new ExceptionInInitializerError(bad))).containsSame(bad);
        assertThat(BadFix.causeOf(new ExceptionInInitializerError("other"))).isEmpty();
        assertThat(BadFix.causeOf(new IllegalStateException(bad))).isEmpty();
        assertThat(bad).hasMessage("One." + System.lineSeparator() + "Two.");
    }
}
