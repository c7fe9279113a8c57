// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pagerace.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The examples of job files: they are YAML, the command line understands their commands, and no shard is forgotten. */
class ExampleJobsTest {
    private static final Path EXAMPLES = Path.of("..", "docs", "examples");
    private static final Pattern JAR = Pattern.compile("java -jar \\S*pagerace\\.jar (.*)");

    private static List<JsonNode> documents(String name) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        yaml.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        try (MappingIterator<JsonNode> documents =
                yaml.readerFor(JsonNode.class).readValues(EXAMPLES.resolve(name).toFile())) {
            return documents.readAll();
        }
    }

    private static Stream<String> texts(JsonNode node) {
        return node.isTextual() ? Stream.of(node.asText()) : node.valueStream().flatMap(ExampleJobsTest::texts);
    }

    /** The commands in {@code node}, with {@code index} where the job engine puts a number and x where it puts a name. */
    private static List<ParseResult> commands(JsonNode node, int index) {
        return texts(node)
                .map(JAR::matcher)
                .filter(matcher -> matcher.find())
                .map(matcher -> parsed(matcher.group(1)
                        .replace("\"", "")
                        .replaceAll("\\$\\{\\{ matrix\\.shard }}|\\$\\(\\(JOB_COMPLETION_INDEX \\+ 1\\)\\)", "" + index)
                        .replaceAll("\\$SLURM_ARRAY_TASK_ID", "" + index)
                        .replaceAll("\\$\\{\\{.*?}}|\\$\\w+", "x")))
                .toList();
    }

    private static ParseResult parsed(String command) {
        CommandLine commandLine = Main.commandLine(new Console(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), Terminal.FILE));
        return commandLine.parseArgs(command.strip().split("\\s+")).subcommand();
    }

    /** The shards that jobs with these indices run. */
    private static Set<String> shards(JsonNode node, IntStream indices) {
        Set<String> shards = new LinkedHashSet<>();
        indices.forEach(index -> commands(node, index).stream()
                .filter(command -> command.hasMatchedOption("--shard"))
                .forEach(command ->
                        shards.add(command.matchedOption("--shard").getValue().toString())));
        return shards;
    }

    private static List<String> all(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> i + "/" + count).toList();
    }

    @Test
    void githubActions() throws IOException {
        JsonNode workflow = documents("github-actions.yml").get(0);
        assertThat(commands(workflow, 1).stream()
                        .map(command -> command.commandSpec().name()))
                .containsExactly("doctor", "stress", "report");
        JsonNode stress = workflow.at("/jobs/stress");
        List<Integer> shards = new ArrayList<>();
        stress.at("/strategy/matrix/shard").forEach(shard -> shards.add(shard.asInt()));
        assertThat(shards(stress, shards.stream().mapToInt(i -> i))).containsExactlyElementsOf(all(shards.size()));
        assertThat(texts(stress.at("/strategy/matrix/os"))).containsExactly("ubuntu-24.04", "ubuntu-24.04-arm");
        assertThat(workflow.at("/jobs/merge/needs").toString()).contains("stress");
    }

    @Test
    void kubernetes() throws IOException {
        List<JsonNode> jobs = documents("kubernetes-job.yaml");
        assertThat(jobs).hasSize(2);
        for (JsonNode job : jobs) {
            JsonNode spec = job.get("spec");
            int completions = spec.get("completions").asInt();
            assertThat(spec.get("parallelism").asInt()).isEqualTo(completions);
            assertThat(spec.get("completionMode").asText()).isEqualTo("Indexed");
            assertThat(shards(spec, IntStream.rangeClosed(1, completions))).containsExactlyElementsOf(all(completions));
            String arch = spec.at("/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
                            + "/nodeSelectorTerms/0/matchExpressions/0/values/0")
                    .asText();
            assertThat(job.at("/metadata/name").asText()).isEqualTo("pagerace-" + arch);
            assertThat(texts(spec)).anyMatch(text -> text.contains("/reports/" + arch + "-$JOB_COMPLETION_INDEX"));
        }
    }

    @Test
    void slurm() throws IOException {
        String text = Files.readString(EXAMPLES.resolveSibling("campaigns.md"));
        var array = Pattern.compile("--array=1-(\\d+)").matcher(text);
        assertThat(array.find()).isTrue();
        int count = Integer.parseInt(array.group(1));
        JsonNode script = new YAMLMapper().getNodeFactory().textNode(text.substring(array.end()));
        assertThat(shards(script, IntStream.rangeClosed(1, count))).containsExactlyElementsOf(all(count));
    }

    @Test
    void anOptionThatDoesNotExistWouldBeFound() {
        assertThat(catchThrowable(() -> parsed("stress --shards 1/4")))
                .isInstanceOf(CommandLine.UnmatchedArgumentException.class);
    }

    @Test
    void theScriptOfTheLoadTableIsOne() throws IOException, InterruptedException {
        Process sh = new ProcessBuilder(
                        "sh", "-n", EXAMPLES.resolve("load-table.sh").toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(sh.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(sh.waitFor()).isZero();
    }
}
