import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/**
 * An OpenSearch server for tests: one node on loopback, without security. Arguments: its folder and its HTTP port. It
 * ends with SIGTERM, or when its standard input ends: so it ends with the test that started it, even if that crashes.
 */
public final class OpenSearch extends Node {
    private OpenSearch(Environment environment) {
        super(environment, List.of(Netty4Plugin.class, CommonAnalysisPlugin.class), false);
    }

    public static void main(String[] arguments) throws Exception {
        Settings settings = Settings.builder()
            .put("cluster.name", "test")
            .put("node.name", "test")
            .put("discovery.type", "single-node")
            .put("path.home", arguments[0])
            .put("network.host", "127.0.0.1")
            .put("http.port", arguments[1])
            .put("transport.port", "0")
            // The thresholds are for servers that fill their disk; a test's index has some MB.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            // A heap of 128 MB is almost full before it is collected; that is no reason to refuse requests.
            .put("indices.breaker.total.use_real_memory", false)
            // Nothing may create an index by writing to a name that does not exist.
            .put("action.auto_create_index", false)
            .build();
        Environment environment =
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), Path.of(arguments[0]), () -> "test");
        OpenSearch node = new OpenSearch(environment);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        node.start();
        while (System.in.read() >= 0) {
            // Nothing is expected but the end.
        }
        System.exit(0);
    }
}
