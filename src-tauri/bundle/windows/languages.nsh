; The languages of the installer: those of the app. The first is used if none fits the system.

!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro MUI_LANGUAGE "French"
!insertmacro MUI_LANGUAGE "Hungarian"
!insertmacro MUI_LANGUAGE "Italian"
!insertmacro MUI_LANGUAGE "Japanese"
!insertmacro MUI_LANGUAGE "Korean"
!insertmacro MUI_LANGUAGE "Dutch"
!insertmacro MUI_LANGUAGE "Polish"
!insertmacro MUI_LANGUAGE "PortugueseBR"
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "Arabic"

LangString CLOSE_APP ${LANG_ENGLISH} "Close Ustream Downloader, then try again."
LangString GET_WEBVIEW ${LANG_ENGLISH} "The window of the app needs Microsoft Edge WebView2, which is not on this computer. Open the page of Microsoft where it is free?"

LangString CLOSE_APP ${LANG_GERMAN} "Ustream Downloader schließen, dann noch einmal versuchen."
LangString GET_WEBVIEW ${LANG_GERMAN} "Das Fenster der App braucht Microsoft Edge WebView2, das auf diesem Computer fehlt. Die Seite von Microsoft öffnen, auf der es das kostenlos gibt?"

LangString CLOSE_APP ${LANG_SPANISH} "Cierra Ustream Downloader e inténtalo de nuevo."
LangString GET_WEBVIEW ${LANG_SPANISH} "La ventana de la app necesita Microsoft Edge WebView2, que no está en este equipo. ¿Abrir la página de Microsoft donde es gratis?"

LangString CLOSE_APP ${LANG_FRENCH} "Fermez Ustream Downloader, puis réessayez."
LangString GET_WEBVIEW ${LANG_FRENCH} "La fenêtre de l’app a besoin de Microsoft Edge WebView2, absent de cet ordinateur. Ouvrir la page de Microsoft où il est gratuit ?"

LangString CLOSE_APP ${LANG_HUNGARIAN} "Zárd be a Ustream Downloadert, majd próbáld újra."
LangString GET_WEBVIEW ${LANG_HUNGARIAN} "Az app ablakához a Microsoft Edge WebView2 kell, amely nincs ezen a gépen. Megnyitod a Microsoft oldalát, ahonnan ingyen letölthető?"

LangString CLOSE_APP ${LANG_ITALIAN} "Chiudi Ustream Downloader, poi riprova."
LangString GET_WEBVIEW ${LANG_ITALIAN} "La finestra dell’app richiede Microsoft Edge WebView2, che non è su questo computer. Aprire la pagina di Microsoft dove è gratuito?"

LangString CLOSE_APP ${LANG_JAPANESE} "Ustream Downloader を閉じて、もう一度試してください。"
LangString GET_WEBVIEW ${LANG_JAPANESE} "このアプリのウインドウには Microsoft Edge WebView2 が必要ですが、このコンピューターにありません。無料で入手できる Microsoft のページを開きますか？"

LangString CLOSE_APP ${LANG_KOREAN} "Ustream Downloader를 닫은 뒤 다시 시도하세요."
LangString GET_WEBVIEW ${LANG_KOREAN} "앱 창에 필요한 Microsoft Edge WebView2가 이 컴퓨터에 없습니다. 무료로 받을 수 있는 Microsoft 페이지를 열까요?"

LangString CLOSE_APP ${LANG_DUTCH} "Sluit Ustream Downloader en probeer het opnieuw."
LangString GET_WEBVIEW ${LANG_DUTCH} "Het venster van de app heeft Microsoft Edge WebView2 nodig, dat niet op deze computer staat. De pagina van Microsoft openen waar het gratis is?"

LangString CLOSE_APP ${LANG_POLISH} "Zamknij Ustream Downloader i spróbuj ponownie."
LangString GET_WEBVIEW ${LANG_POLISH} "Okno aplikacji wymaga Microsoft Edge WebView2, którego nie ma na tym komputerze. Otworzyć stronę firmy Microsoft, gdzie jest za darmo?"

LangString CLOSE_APP ${LANG_PORTUGUESEBR} "Feche o Ustream Downloader e tente de novo."
LangString GET_WEBVIEW ${LANG_PORTUGUESEBR} "A janela do app precisa do Microsoft Edge WebView2, que não está neste computador. Abrir a página da Microsoft onde ele é gratuito?"

LangString CLOSE_APP ${LANG_SIMPCHINESE} "请关闭 Ustream Downloader，然后重试。"
LangString GET_WEBVIEW ${LANG_SIMPCHINESE} "应用窗口需要 Microsoft Edge WebView2，但此电脑上没有。打开可免费获取它的 Microsoft 页面？"

LangString CLOSE_APP ${LANG_ARABIC} "أغلق Ustream Downloader، ثم أعد المحاولة."
LangString GET_WEBVIEW ${LANG_ARABIC} "تحتاج نافذة التطبيق إلى Microsoft Edge WebView2 وهو غير موجود على هذا الكمبيوتر. هل تريد فتح صفحة مايكروسوفت للحصول عليه مجانًا؟"
