import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The JDK's own keytool, many times in one process: a line of arguments (base64 of UTF-8 each, blanks between) comes in, a line of
 * "ok" or "failed" and what keytool printed (base64) goes out. Needs --add-exports java.base/sun.security.tools.keytool=ALL-UNNAMED.
 */
public final class KeytoolServer {
  public static void main(String[] unused) throws Exception {
    PrintStream answers = System.out;
    BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      List<String> args = new ArrayList<>();
      for (String each : line.trim().split(" ")) {
        args.add(new String(Base64.getDecoder().decode(each), StandardCharsets.UTF_8));
      }
      // With it keytool throws; without it, it would end the process.
      args.add("-debug");
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      PrintStream both = new PrintStream(printed, true, StandardCharsets.UTF_8);
      System.setOut(both);
      System.setErr(both);
      String verdict = "ok";
      try {
        sun.security.tools.keytool.Main.main(args.toArray(new String[0]));
      } catch (Throwable error) {
        verdict = "failed";
        error.printStackTrace(both);
      }
      both.flush();
      answers.print(verdict + " " + Base64.getEncoder().encodeToString(printed.toByteArray()) + "\n");
      answers.flush();
    }
  }
}
